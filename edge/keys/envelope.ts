/**
 * Envelope encryption: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. What is sealed is bound to its place by additional data, so
 * that a ciphertext moved to another row does not open. Text form: `v1.<nonce>.<ciphertext and tag>`, base64url.
 */
import { base64url } from 'jose';

const NONCE_BYTES = 12;

/** A key that seals and opens; the bytes behind it can not be read out. */
export interface Sealer {
  seal(plain: Uint8Array, place: string): Promise<string>;
  /** @throws Error when the text was changed, moved, or sealed under another key */
  open(sealed: string, place: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** @param raw 32 bytes */
export async function sealerOf(raw: Uint8Array<ArrayBuffer>): Promise<Sealer> {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const parameters = (iv: Uint8Array<ArrayBuffer>, place: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(place),
  });
  return {
    seal: async (plain, place) => {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(parameters(iv, place), key, Uint8Array.from(plain));
      return `v1.${base64url.encode(iv)}.${base64url.encode(new Uint8Array(sealed))}`;
    },
    open: async (sealed, place) => {
      const [version, iv, body] = sealed.split('.');
      if (version !== 'v1' || iv === undefined || body === undefined) throw new Error('not a sealed text');
      const decode = (text: string) => Uint8Array.from(base64url.decode(text));
      return new Uint8Array(await crypto.subtle.decrypt(parameters(decode(iv), place), key, decode(body)));
    },
  };
}

export function masterSealer(masterKey: string): Promise<Sealer> {
  return sealerOf(Uint8Array.from(base64url.decode(masterKey)));
}

/** A new data key for an organization, sealed under the master key. */
export function newDataKey(master: Sealer, org: string): Promise<string> {
  return master.seal(crypto.getRandomValues(new Uint8Array(32)), dataKeyPlace(org));
}

export async function dataKeySealer(master: Sealer, org: string, sealedDataKey: string): Promise<Sealer> {
  return sealerOf(await master.open(sealedDataKey, dataKeyPlace(org)));
}

const dataKeyPlace = (org: string) => `org:${org}:data-key`;
export const credentialPlace = (org: string, resource: string) =>
  `org:${org}:resource:${resource}:credential`;
