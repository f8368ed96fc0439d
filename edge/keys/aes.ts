/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. What is sealed is bound to its place by additional data, so that a
 * ciphertext moved to another row does not open. Text form: `v1.<nonce>.<ciphertext and tag>`, base64url.
 */
import { base64url } from 'jose';

const NONCE_BYTES = 12;

export interface AesSealer {
  seal(plain: Uint8Array, place: string): Promise<string>;
  /** @throws Error when the text was changed, moved, or sealed under another key */
  open(sealed: string, place: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** The bytes can not be read out of it again. @param raw 32 bytes */
export async function aesSealer(raw: Uint8Array<ArrayBuffer>): Promise<AesSealer> {
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
