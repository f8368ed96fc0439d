/** By WebCrypto: in every browser, and in Node where speed does not matter. */
import { type Aead, TAG } from './aead.ts';

export function webAead(key: Uint8Array): Aead {
  const imported = crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
  imported.catch(() => {});
  const parameters = (nonce: Uint8Array, data: Uint8Array) => ({
    name: 'AES-GCM',
    iv: own(nonce),
    additionalData: own(data),
  });
  return {
    seal: async (nonce, data, plain, room) => {
      // Copied before the first wait: the caller's buffers are its own again.
      const [given, body] = [parameters(nonce, data), own(plain)];
      const sealed = await crypto.subtle.encrypt(given, await imported, body);
      const out = new Uint8Array(room + plain.length + TAG);
      out.set(new Uint8Array(sealed), room);
      return out;
    },
    open: async (nonce, data, sealed) => {
      const [given, body] = [parameters(nonce, data), own(sealed)];
      const ready = await imported;
      try {
        return new Uint8Array(await crypto.subtle.decrypt(given, ready, body));
      } catch {
        return undefined;
      }
    },
  };
}

function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
