/**
 * A double of OpenBao's Transit engine, since the real one can't be installed here: HTTP, paths, fields, statuses and error texts after the documentation of OpenBao 2.1 (the same as Vault 1.14's) for
 * `transit/encrypt`, `decrypt`, `rewrap`, `keys`, AppRole's login and `token/lookup-self` and `renew-self`. Keys are derived per context with HKDF-SHA256 and seal with AES-256-GCM, as the engine's do;
 * the octets inside a ciphertext are its own. It knows no policies, leases or storage beyond what tests here ask of it.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface DerivedKey {
  readonly derived: boolean;
  readonly versions: Buffer[];
  minDecryption: number;
}
interface Answer {
  readonly status: number;
  readonly body: object;
}
interface Asked {
  readonly context?: string;
  readonly plaintext?: string;
  readonly ciphertext?: string;
  readonly role_id?: string;
  readonly secret_id?: string;
}

const refused = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });
const answered = (data: object): Answer => ({ status: 200, body: { request_id: randomUUID(), data } });
const NO_CONTEXT =
  "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key";

export class TransitDouble implements AsyncDisposable {
  readonly roleId = randomUUID();
  readonly secretId = randomUUID();
  readonly calls: string[] = [];
  /** Answered to everything, as a sealed or overloaded server does. */
  failure: Answer | undefined;
  /** Of tokens that AppRole gives, seconds. */
  tokenSeconds = 3600;
  readonly #keys = new Map<string, DerivedKey>();
  readonly #tokens = new Set<string>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<TransitDouble> {
    const double = new TransitDouble();
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  createKey(name: string, derived = true): void {
    this.#keys.set(name, { derived, versions: [randomBytes(32)], minDecryption: 1 });
  }
  /** As `transit/keys/NAME/rotate`. */
  rotate(name: string): void {
    this.#keys.get(name)?.versions.push(randomBytes(32));
  }
  /** As `min_decryption_version` of `transit/keys/NAME/config`. */
  retireBefore(name: string, version: number): void {
    const key = this.#keys.get(name);
    if (key) key.minDecryption = version;
  }
  newToken(): string {
    const token = `s.${randomUUID()}`;
    this.#tokens.add(token);
    return token;
  }
  revokeTokens(): void {
    this.#tokens.clear();
  }
  seal(): void {
    this.failure = refused(503, 'Vault is sealed');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const path = (request.url ?? '').replace(/^\/v1\//, '');
    this.calls.push(`${request.method} ${path}`);
    const { status, body } =
      this.failure ?? this.#answer(request, path, text === '' ? {} : (JSON.parse(text) as Asked));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #answer(request: IncomingMessage, path: string, asked: Asked): Answer {
    if (path === 'auth/approle/login') return this.#login(asked);
    const token = request.headers['x-vault-token'];
    if (typeof token !== 'string' || !this.#tokens.has(token)) return refused(403, 'permission denied');
    const auth = { client_token: token, lease_duration: this.tokenSeconds, renewable: true };
    if (path === 'auth/token/renew-self') return { status: 200, body: { auth } };
    if (path === 'auth/token/lookup-self') return answered({ ttl: this.tokenSeconds, renewable: true });
    const [mount, verb, name = ''] = path.split('/');
    const key = this.#keys.get(name);
    if (mount !== 'transit') return refused(404, `no handler for route "${path}". route entry not found.`);
    if (verb === 'keys') return key ? describe(name, key) : refused(404);
    if (!key) return refused(400, 'encryption key not found');
    if (key.derived && asked.context === undefined) return refused(400, NO_CONTEXT);
    const context = key.derived ? (asked.context ?? '') : '';
    if (verb === 'encrypt') return answered({ ciphertext: encrypt(key, context, asked.plaintext ?? '') });
    const opened = decrypt(key, context, asked.ciphertext ?? '');
    if (typeof opened !== 'string') return opened;
    return verb === 'decrypt'
      ? answered({ plaintext: opened })
      : answered({ ciphertext: encrypt(key, context, opened) });
  }

  #login({ role_id, secret_id }: Asked): Answer {
    if (role_id !== this.roleId || secret_id !== this.secretId)
      return refused(400, 'invalid role or secret ID');
    const auth = { client_token: this.newToken(), lease_duration: this.tokenSeconds, renewable: true };
    return { status: 200, body: { auth } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function describe(name: string, key: DerivedKey): Answer {
  return answered({
    name,
    type: 'aes256-gcm96',
    derived: key.derived,
    latest_version: key.versions.length,
    min_decryption_version: key.minDecryption,
    min_encryption_version: 0,
    supports_encryption: true,
    supports_decryption: true,
    supports_derivation: true,
    keys: Object.fromEntries(key.versions.map((_, index) => [String(index + 1), 0])),
  });
}

const derived = (version: Buffer, context: string) =>
  Buffer.from(hkdfSync('sha256', version, Buffer.alloc(0), Buffer.from(context, 'base64'), 32));

function encrypt({ versions }: DerivedKey, context: string, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derived(versions.at(-1) ?? Buffer.alloc(0), context), nonce);
  const body = Buffer.concat([
    nonce,
    cipher.update(Buffer.from(plaintext, 'base64')),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `vault:v${versions.length}:${body.toString('base64')}`;
}

function decrypt(
  { versions, minDecryption }: DerivedKey,
  context: string,
  ciphertext: string,
): string | Answer {
  const [, number, text = ''] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
  if (number === undefined) return refused(400, 'invalid ciphertext: no prefix');
  if (Number(number) < minDecryption)
    return refused(400, 'ciphertext or signature version is disallowed by policy (too old)');
  const version = versions[Number(number) - 1];
  if (!version) return refused(400, 'invalid ciphertext: version is too new');
  const body = Buffer.from(text, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived(version, context), body.subarray(0, 12));
    decipher.setAuthTag(body.subarray(-16));
    return Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()]).toString('base64');
  } catch {
    return refused(400, 'cipher: message authentication failed');
  }
}
