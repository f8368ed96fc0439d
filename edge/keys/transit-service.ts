/**
 * The key service in Vault or OpenBao: their Transit secrets engine over HTTP (`encrypt`, `decrypt`, `rewrap` and `keys`). The key must be derived (`derived=true`): each wrapped key is then
 * bound to its context by the service itself, and `rewrap` moves it on without anybody seeing it. Text form: the engine's own, `vault:v<version>:<base64>`.
 */
import { base64url } from 'jose';
import { z } from 'zod';
import { type KeyService, KeyServiceError } from './key-service.ts';
import type { TransitHttpOptions } from './transit-http.ts';
import { type Credentials, TransitLogin } from './transit-login.ts';

export interface TransitOptions extends TransitHttpOptions {
  readonly mount: string;
  readonly key: string;
  readonly credentials: Credentials;
  readonly now: () => number;
}

const FORM = /^vault:v(\d+):[A-Za-z0-9+/]+={0,2}$/;
const Encrypted = z.object({ data: z.object({ ciphertext: z.string().regex(FORM) }) });
const Decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });
const KeyState = z.object({
  data: z.object({
    derived: z.boolean(),
    latest_version: z.int().positive(),
    min_decryption_version: z.int(),
    supports_encryption: z.boolean(),
    supports_decryption: z.boolean(),
  }),
});

export function transitKeyService(options: TransitOptions): KeyService {
  const { mount, key } = options;
  const login = new TransitLogin(options, options.credentials, options.now);
  const post = <T extends z.ZodType>(verb: string, body: object, schema: T) =>
    login.ask({ method: 'POST', path: `${mount}/${verb}/${key}`, body }, schema);
  const nameOf = (version: number | string) => `transit:${key}:v${version}`;
  return {
    wrap: async (plain, context) => {
      const body = { plaintext: base64(plain), context: base64(new TextEncoder().encode(context)) };
      return (await post('encrypt', body, Encrypted)).data.ciphertext;
    },
    unwrap: async (wrapped, context) => {
      const body = { ciphertext: wrapped, context: base64(new TextEncoder().encode(context)) };
      return fromBase64((await post('decrypt', body, Decrypted)).data.plaintext);
    },
    rewrap: async (wrapped, context) => {
      const body = { ciphertext: wrapped, context: base64(new TextEncoder().encode(context)) };
      return (await post('rewrap', body, Encrypted)).data.ciphertext;
    },
    versionOf: (wrapped) => {
      const [, version] = FORM.exec(wrapped) ?? [];
      if (version === undefined) throw new KeyServiceError('refused', 'Transit did not wrap this');
      return nameOf(version);
    },
    describe: async () => {
      const { data } = await login.ask({ method: 'GET', path: `${mount}/keys/${key}` }, KeyState);
      if (!data.derived || !data.supports_encryption || !data.supports_decryption)
        throw new KeyServiceError(
          'refused',
          `the Transit key ${key} does not bind to a context: make one with derived=true and type aes256-gcm96`,
        );
      const first = Math.max(1, data.min_decryption_version);
      const count = data.latest_version - first + 1;
      return {
        backend: 'transit',
        version: nameOf(data.latest_version),
        opens: Array.from({ length: count }, (_, index) => nameOf(data.latest_version - index)),
      };
    },
  };
}

/** Transit's plaintexts and contexts are base64 with padding (RFC 4648 section 4). */
function base64(bytes: Uint8Array): string {
  const text = base64url.encode(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(base64url.decode(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')));
}
