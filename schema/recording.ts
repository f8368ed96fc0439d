/**
 * A recording of a session's terminals: an asciicast v2 file (https://docs.asciinema.org/manual/asciicast/v2/), cut into parts and sealed on the service node before
 * it leaves memory. Each recording has a key pair: the control plane keeps the private half sealed under the organization's data key. The node makes a data key,
 * seals it to the public half (HPKE base mode, RFC 9180) and keeps it in memory only.
 *
 * Part n is AES-256-GCM under the data key with the nonce `u32 0, u64 n` (SP 800-38D section 8.2.1: the key is one recording's alone and n never repeats), and additional data
 * `fabric recording v1`, the recording's id, n and whether it is the last: a part that was changed, left out, moved, or comes from another recording does not open, and
 * an end without the last part is seen.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { base64url } from 'jose';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** `cut`: its end did not come. */
export const RecordingState = z.enum(['recording', 'complete', 'cut']);
export type RecordingState = z.infer<typeof RecordingState>;

/** Plain bytes of a part, at most. */
export const MAX_PART = 96 * 1024;
/** Parts of a recording, at most. */
export const MAX_PARTS = 100_000;

/** What a service node is told with the session's start. */
export const RecordingOrder = z.strictObject({
  recording: z.uuid(),
  /** Raw X25519, base64url. */
  publicKey: z.string().length(43),
});
export type RecordingOrder = z.infer<typeof RecordingOrder>;

const FORM = 'hpke1';
const X25519 = { name: 'X25519' } as const;
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
const text = (value: string) => new TextEncoder().encode(value);
const infoOf = (recording: string) => text(`fabric recording key v1\n${recording}`).buffer;

/** @returns the public half raw, the private one as PKCS#8 */
export async function makeRecordingKeys(): Promise<{ publicKey: string; pkcs8: Uint8Array<ArrayBuffer> }> {
  const pair = await crypto.subtle.generateKey(X25519, true, ['deriveBits']);
  if (!('publicKey' in pair)) throw new Error('X25519 makes a pair');
  return {
    publicKey: base64url.encode(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))),
    pkcs8: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
  };
}

export async function wrapDataKey(order: RecordingOrder, dataKey: Uint8Array): Promise<string> {
  const recipientPublicKey = await suite.kem.importKey('raw', own(base64url.decode(order.publicKey)).buffer);
  const { enc, ct } = await suite.seal(
    { recipientPublicKey, info: infoOf(order.recording) },
    own(dataKey).buffer,
  );
  return [FORM, base64url.encode(new Uint8Array(enc)), base64url.encode(new Uint8Array(ct))].join('.');
}

/** @throws Refusal `seal_broken` */
export async function unwrapDataKey(
  { recording, publicKey }: RecordingOrder,
  pkcs8: Uint8Array,
  wrapped: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const [form, enc = '', ciphertext = ''] = wrapped.split('.');
    if (form !== FORM) throw new Error('not wrapped in a form known here');
    const recipientKey = {
      privateKey: await crypto.subtle.importKey('pkcs8', own(pkcs8), X25519, false, ['deriveBits']),
      publicKey: await crypto.subtle.importKey('raw', own(base64url.decode(publicKey)), X25519, true, []),
    };
    const opening = { recipientKey, enc: own(base64url.decode(enc)).buffer, info: infoOf(recording) };
    return new Uint8Array(await suite.open(opening, own(base64url.decode(ciphertext)).buffer));
  } catch {
    throw new Refusal('seal_broken', "this recording's key was not sealed for it");
  }
}

/** Seals and opens the parts of one recording. */
export class RecordingSeal {
  readonly #recording: string;
  readonly #key: CryptoKey;

  /** @param dataKey 32 bytes */
  static async of(recording: string, dataKey: Uint8Array): Promise<RecordingSeal> {
    const key = await crypto.subtle.importKey('raw', own(dataKey), 'AES-GCM', false, ['encrypt', 'decrypt']);
    return new RecordingSeal(recording, key);
  }

  constructor(recording: string, key: CryptoKey) {
    this.#recording = recording;
    this.#key = key;
  }

  /** @param index from 0; each once. */
  async seal(index: number, isLast: boolean, plain: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(
      await crypto.subtle.encrypt(this.#parameters(index, isLast), this.#key, own(plain)),
    );
  }

  /** @throws Refusal `seal_broken` */
  async open(index: number, isLast: boolean, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt(this.#parameters(index, isLast), this.#key, own(sealed)),
      );
    } catch {
      throw new Refusal('seal_broken', `part ${index} of the recording is not as it was recorded`);
    }
  }

  #parameters(index: number, isLast: boolean) {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setBigUint64(4, BigInt(index));
    const place = ['fabric recording v1', this.#recording, String(index), isLast ? 'last' : 'more'];
    return { name: 'AES-GCM', iv, additionalData: text(place.join('\n')) };
  }
}
