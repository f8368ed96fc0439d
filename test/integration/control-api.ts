/** The control API in this process, on a real database, with a clock that tests can move. Redis is away: the stricter limits hold. */
import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { exportJWK, generateKeyPair } from 'jose';
import pino from 'pino';
import type { z } from 'zod';
import { createApp } from '../../edge/app.ts';
import { openDatabase } from '../../edge/db.ts';
import type { Limits } from '../../edge/limits.ts';
import { Metrics } from '../../edge/metrics.ts';
import type { Services } from '../../edge/services.ts';
import type { Enrolment } from '../../schema/api/nodes.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { signNodeAssertion } from '../../schema/tokens/node-assertion.ts';
import { signSealKey } from '../../schema/tokens/seal-key.ts';
import { MASTER_KEY, PLATFORM_OWNER, type TestDatabase } from './database.ts';

export const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of many shapes
type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export class ControlApi implements AsyncDisposable {
  readonly services: Services;
  readonly limited: string[] = [];
  now = Date.now();
  readonly #app: ReturnType<typeof createApp>;

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
      FABRIC_MASTER_KEY: MASTER_KEY,
      FABRIC_PUBLIC_URL: 'http://127.0.0.1:7443',
      LOG_LEVEL: 'silent',
    } as const;
    this.services = {
      env,
      db: openDatabase(database.apiUrl, 5),
      limits: limits ?? open,
      master: database.master,
      log: pino({ level: 'silent' }),
      metrics: new Metrics(),
      now: () => this.now,
    };
    this.#app = createApp(() => this.services);
  }

  async call(
    method: string,
    path: string,
    body?: object,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await this.#app.request(path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  async signIn(
    email: string = PLATFORM_OWNER.email,
    password: string = PLATFORM_OWNER.password,
  ): Promise<Body> {
    return (await this.call('POST', '/v1/auth/login', { email, password })).body;
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
  const member = async (role: string) => {
    const email = `${role}@${name}.test`;
    const { body } = await api.call(
      'POST',
      `/v1/orgs/${org}/members`,
      { email, name: role, role, password },
      platform,
    );
    return { id: body.id as string, email, token: (await api.signIn(email, password)).accessToken as string };
  };
  const [owner, user] = [await member('organization_owner'), await member('organization_user')];
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

export interface TestNode {
  readonly enrolment: z.infer<typeof Enrolment>;
  readonly key: CryptoKey;
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
  const body = { roles: [role], egressPools: role === 'service' ? ['pool'] : [] };
  const { token } = (
    await api.call('POST', `/v1/platform/clusters/${cluster}/bootstrap-tokens`, body, platform)
  ).body;
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const sealKey = crypto.getRandomValues(new Uint8Array(32));
  const { body: enrolment } = await api.call('POST', '/v1/nodes/enrol', {
    token,
    name,
    csr: await csrOf(keys),
    sealKey: await signSealKey(sealKey, keys.privateKey),
  });
  return {
    enrolment,
    key: keys.privateKey,
    assertion: () => signNodeAssertion(enrolment.node, keys.privateKey, api.now),
  };
}

export async function clientKey() {
  const { publicKey } = await generateKeyPair('EdDSA');
  const { kty, crv, x } = await exportJWK(publicKey);
  return { kty, crv, x };
}
