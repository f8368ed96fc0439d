/** The control API in this process, on a real database, with a clock that tests can move. Redis is away: the stricter limits hold. */
import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { exportJWK, generateKeyPair } from 'jose';
import pino from 'pino';
import type { z } from 'zod';
import { createApp } from '../../edge/app.ts';
import { openDatabase } from '../../edge/db.ts';
import type { Signals } from '../../edge/events/signals.ts';
import type { Limits } from '../../edge/limits.ts';
import { Metrics } from '../../edge/metrics.ts';
import { nodeOutbound } from '../../edge/node-outbound.ts';
import type { Services } from '../../edge/services.ts';
import { checkName, type ObjectStore } from '../../edge/storage/object-store.ts';
import type { Enrolment } from '../../schema/api/nodes.ts';
import { Problem } from '../../schema/api/problem.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { DEVICE_KEY } from '../../schema/sign-in/device.ts';
import { type Post, type SignInOptions, signInWithPassword } from '../../schema/sign-in/handshake.ts';
import { ofNumber, toText } from '../../schema/sign-in/octets.ts';
import { SRP, verifierOf } from '../../schema/sign-in/srp.ts';
import { deriveX } from '../../schema/sign-in/two-secret.ts';
import { signNodeAssertion } from '../../schema/tokens/node-assertion.ts';
import { signSealKey } from '../../schema/tokens/seal-key.ts';
import { Contract } from './contract.ts';
import { MASTER_KEY, PLATFORM_OWNER, SECRET_KEY, type TestDatabase } from './database.ts';

export const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of many shapes
type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** Wake-ups within this process, where the real ones go through Redis (their test is `events.test.ts`). */
export class LocalSignals implements Signals {
  readonly #listening = new Set<{ chain: string; woken: () => void }>();
  get listening(): number {
    return this.#listening.size;
  }
  readonly woken: string[] = [];
  readonly wake = async (chain: string) => {
    this.woken.push(chain);
    for (const listener of this.#listening) if (listener.chain === chain) listener.woken();
  };
  readonly listen = async (chain: string, woken: () => void, signal: AbortSignal) => {
    const listener = { chain, woken };
    this.#listening.add(listener);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#listening.delete(listener);
  };
}

/** Where recordings lie in these tests; the stores themselves are tested in object-stores.test.ts. */
function memoryObjects(): ObjectStore {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    put: async (name, bytes) => void kept.set(checkName(name), Uint8Array.from(bytes)),
    get: async (name) => kept.get(checkName(name)),
    remove: async (name) => void kept.delete(checkName(name)),
  };
}

export class ControlApi implements AsyncDisposable {
  readonly services: Services;
  readonly limited: string[] = [];
  readonly signals = new LocalSignals();
  now = Date.now();
  readonly #app: ReturnType<typeof createApp>;
  #contract: Promise<Contract> | undefined;
  /** Everybody signs in from the same machine. */
  readonly #device = newDeviceKeys();

  constructor(database: TestDatabase, limits?: Limits) {
    const open: Limits = {
      attempt: async ({ name }, who) => void this.limited.push(`${name} ${who}`),
      markOnce: async () => undefined,
      ping: async () => {
        throw new Error('away');
      },
    };
    const env = {
      DATABASE_URL: database.apiUrl,
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9',
      UPSTASH_REDIS_REST_TOKEN: 'x',
      FABRIC_KEY_SERVICE: 'local',
      FABRIC_MASTER_KEY: MASTER_KEY,
      FABRIC_PUBLIC_URL: 'http://localhost:7443',
      FABRIC_REQUEST_LIMITS: 1,
      FABRIC_PRIVATE_NETWORKS: 'allow',
      FABRIC_S3_REGION: 'none',
      LOG_LEVEL: 'silent',
    } as const;
    this.services = {
      env,
      db: openDatabase(database.apiUrl, 5, { onEvents: this.signals.wake }),
      limits: limits ?? open,
      master: database.master,
      signals: this.signals,
      outbound: nodeOutbound(),
      objects: memoryObjects(),
      log: pino({ level: 'silent' }),
      metrics: new Metrics(),
      now: () => this.now,
    };
    this.#app = createApp(() => this.services);
  }

  /** The app itself, for what `call` can't say. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    return Promise.resolve(this.#app.request(path, init));
  }

  /** A request as it came, with nothing put right. */
  handle(request: Request): Promise<Response> {
    return Promise.resolve(this.#app.fetch(request));
  }

  /** The OpenAPI document, which every answer of `call` is held against. */
  contract(): Promise<Contract> {
    this.#contract ??= Contract.of(this.#app);
    return this.#contract;
  }

  async call(
    method: string,
    path: string,
    body?: object,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.#read(
      method,
      path,
      await this.request(path, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
  }

  /** As a browser posts a form. */
  async postForm(path: string, body: URLSearchParams): Promise<Answer> {
    return this.#read('POST', path, await this.request(path, { method: 'POST', body }));
  }

  async #read(method: string, path: string, response: Response): Promise<Answer> {
    const text = await response.text();
    const type = response.headers.get('content-type');
    const answer = type?.match(/json\b/) ? JSON.parse(text) : text;
    (await this.contract()).check(method, path, response.status, type, answer);
    return { status: response.status, body: answer, headers: response.headers };
  }

  /** For those who come by HTTP: `serve({ fetch: api.fetch })`. */
  readonly fetch = (request: Request): Response | Promise<Response> => this.#app.fetch(request);

  /** The same, with what the server binds: the socket among it. */
  readonly serve = (request: Request, bindings: object): Response | Promise<Response> =>
    this.#app.fetch(request, bindings);

  /** What the client side of signing in was answered last. */
  last: Answer | undefined;

  /** What the client side of signing in sends with. @throws Refusal */
  readonly post: Post = async (path, body) => {
    this.last = await this.call('POST', path, body);
    const { status, body: answer } = this.last;
    if (status < 400) return answer;
    throw new Refusal(Problem.parse(answer).code, answer.detail);
  };

  /** Signs in as a person's client does. @returns tokens, or the wish for a second factor. @throws Refusal */
  async signIn(
    email: string = PLATFORM_OWNER.email,
    password: string = PLATFORM_OWNER.password,
    options: Omit<SignInOptions, 'derive'> = {},
  ): Promise<Body> {
    const device = { keys: await this.#device, name: 'test' };
    const secrets = { email, password, secretKey: SECRET_KEY };
    return signInWithPassword(this.post, secrets, { device, ...options, derive });
  }

  /** Accepts an invitation. */
  async join({ token }: { token: string }, email: string, password: string): Promise<Answer> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const verifier = verifierOf(SRP, await derive({ email, password, secretKey: SECRET_KEY }, salt));
    const enrolled = { salt: toText(salt), verifier: toText(ofNumber(verifier, SRP.group.length)) };
    return this.call('POST', '/v1/auth/join', { token, ...enrolled });
  }

  /** Accepts an invitation with the account that is there already. */
  async accept({ token }: { token: string }, as: string): Promise<Answer> {
    return this.call('POST', '/v1/me/invitations', { token }, as);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.services.db.close();
  }
}

/** A tenant with an owner, a user, one ssh resource granted to both. */
export async function makeTenant(api: ControlApi, platform: string, cluster: string, name: string) {
  const org = (await api.call('POST', '/v1/platform/organizations', { name, cluster }, platform)).body
    .id as string;
  const password = 'a long enough password';
  const member = async (role: string, by: string) => {
    const email = `${role}@${name}.test`;
    const { body } = await api.call('POST', `/v1/orgs/${org}/members`, { email, name: role, role }, by);
    await api.join(body.invitation, email, password);
    return { id: body.id as string, email, token: (await api.signIn(email, password)).accessToken as string };
  };
  // The platform sets up the first owner; from then on the organization is its own.
  const owner = await member('organization_owner', platform);
  const user = await member('organization_user', owner.token);
  const target = {
    protocol: 'ssh',
    host: '10.0.0.9',
    port: 22,
    username: 'root',
    hostKeys: [`SHA256:${'A'.repeat(43)}`],
  };
  const credential = { type: 'password', password: `secret of ${name}` };
  const made = await api.call(
    'POST',
    `/v1/orgs/${org}/resources`,
    { name: 'shell', egressPool: 'pool', target, credential },
    owner.token,
  );
  const resource = made.body.id as string;
  for (const role of ['organization_owner', 'organization_user']) {
    await api.call(
      'POST',
      `/v1/orgs/${org}/resources/${resource}/grants`,
      { to: { type: 'role', role } },
      owner.token,
    );
  }
  return { org, owner, user, resource };
}

export function newDeviceKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(DEVICE_KEY, true, ['sign', 'verify']);
}

/** What is slow for whoever guesses is slow for tests too: each x is found once. */
const found = new Map<string, Promise<bigint>>();
export const derive: typeof deriveX = (secrets, salt) => {
  const key = JSON.stringify([secrets, toText(salt)]);
  const x = found.get(key) ?? deriveX(secrets, salt);
  found.set(key, x);
  return x;
};

export interface TestNode {
  readonly enrolment: z.infer<typeof Enrolment>;
  readonly key: CryptoKey;
  /** What is sealed to the node opens with these. */
  readonly seal: { readonly privateKey: CryptoKey; readonly publicKey: Uint8Array };
  readonly assertion: () => Promise<string>;
}

export async function csrOf(keys: CryptoKeyPair): Promise<string> {
  return (
    await Pkcs10CertificateRequestGenerator.create({ name: 'CN=x', keys, signingAlgorithm: P256 })
  ).toString('pem');
}

export async function enrolNode(
  api: ControlApi,
  platform: string,
  cluster: string,
  role: NodeRole,
  name: string,
): Promise<TestNode> {
  const egressPools = role === 'service' ? ['pool'] : [];
  const body = { roles: [role], egressPools, approval: 'automatic' };
  const { token } = (
    await api.call('POST', `/v1/platform/clusters/${cluster}/bootstrap-tokens`, body, platform)
  ).body;
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const seal = await makeSealKeys();
  const { body: enrolment } = await api.call('POST', '/v1/nodes/enrol', {
    token,
    name,
    csr: await csrOf(keys),
    sealKey: await signSealKey(seal.publicKey, keys.privateKey),
  });
  return {
    enrolment,
    key: keys.privateKey,
    seal,
    assertion: () => signNodeAssertion(enrolment.node, keys.privateKey, api.now),
  };
}

async function makeSealKeys(): Promise<TestNode['seal']> {
  const made = await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
  if (!('privateKey' in made)) throw new Error('X25519 gives pairs');
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', made.publicKey));
  return { privateKey: made.privateKey, publicKey };
}

export async function clientKey() {
  const { publicKey } = await generateKeyPair('EdDSA');
  const { kty, crv, x } = await exportJWK(publicKey);
  return { kty, crv, x };
}
