/**
 * AES-256-GCM (NIST SP 800-38D) as records need it. Node does it at once, the browser's WebCrypto only by promise: who calls handles both, and
 * pays for a promise only where there is one.
 */

/** Bytes a seal adds. */
export const TAG = 16;
export const KEY = 32;
export const NONCE = 12;

export type Soon<T> = T | Promise<T>;

export interface Aead {
  /** @returns `room` bytes for the caller, then ciphertext and tag. Arguments may be changed as soon as it returns. */
  seal(nonce: Uint8Array, data: Uint8Array, plain: Uint8Array, room: number): Soon<Uint8Array>;
  /** @returns undefined when it does not verify */
  open(nonce: Uint8Array, data: Uint8Array, sealed: Uint8Array): Soon<Uint8Array | undefined>;
}

/** @param key KEY bytes */
export type MakeAead = (key: Uint8Array) => Aead;

/** Goes on with a value that is there or comes. */
export function soon<A, B>(value: Soon<A>, next: (value: A) => Soon<B>): Soon<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
