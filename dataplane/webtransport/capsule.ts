/** Capsules (RFC 9297 section 3.2) on the CONNECT stream: how a WebTransport session says goodbye. Others are ignored. */
import { concat } from './frames.ts';
import { H3, Http3Error } from './http3-error.ts';
import { readVarint, writeVarint } from './varint.ts';

const CLOSE_SESSION = 0x2843;
const DRAIN_SESSION = 0x78ae;
/** A close reason has at most 1024 bytes (WebTransport over HTTP/3, section 5). */
const MAX_REASON = 1024;
const MAX_CAPSULE = 4096;

export interface SessionClose {
  readonly code: number;
  readonly reason: string;
}

export type SessionCapsule =
  | { readonly type: 'close'; readonly close: SessionClose }
  | { readonly type: 'drain' };

export function encodeClose({ code, reason }: SessionClose): Uint8Array {
  // `encodeInto` writes whole characters only.
  const buffer = new Uint8Array(4 + MAX_REASON);
  const { written } = new TextEncoder().encodeInto(reason, buffer.subarray(4));
  const payload = buffer.subarray(0, 4 + written);
  new DataView(buffer.buffer).setUint32(0, code);
  return Uint8Array.from([...writeVarint(CLOSE_SESSION), ...writeVarint(payload.length), ...payload]);
}

export function encodeDrain(): Uint8Array {
  return Uint8Array.from([...writeVarint(DRAIN_SESSION), 0]);
}

export class CapsuleReader {
  #bytes: Uint8Array = new Uint8Array();
  #skip = 0;

  /** The stream is at its end. @throws Http3Error when that is in the middle of a capsule (RFC 9297 section 3.3) */
  end(): void {
    if (this.#bytes.length > 0 || this.#skip > 0)
      throw new Http3Error(H3.messageError, 'a stream ends within a capsule');
  }

  /** The capsules that are whole now. @throws Http3Error */
  push(chunk: Uint8Array): SessionCapsule[] {
    this.#bytes = concat(this.#bytes, chunk);
    const found: SessionCapsule[] = [];
    for (;;) {
      const skipped = Math.min(this.#skip, this.#bytes.length);
      this.#skip -= skipped;
      this.#bytes = this.#bytes.subarray(skipped);
      const type = readVarint(this.#bytes, 0);
      const length = type && readVarint(this.#bytes, type.next);
      if (!type || !length) return found;
      if (type.value !== CLOSE_SESSION && type.value !== DRAIN_SESSION) {
        this.#bytes = this.#bytes.subarray(length.next);
        this.#skip = length.value;
        continue;
      }
      if (length.value > MAX_CAPSULE) throw new Http3Error(H3.excessiveLoad, 'a capsule is too long');
      const end = length.next + length.value;
      if (this.#bytes.length < end) return found;
      const payload = this.#bytes.slice(length.next, end);
      this.#bytes = this.#bytes.subarray(end);
      found.push(
        type.value === DRAIN_SESSION ? { type: 'drain' } : { type: 'close', close: decodeClose(payload) },
      );
    }
  }
}

function decodeClose(payload: Uint8Array): SessionClose {
  if (payload.length < 4) throw new Http3Error(H3.messageError, 'a close capsule is too short');
  if (payload.length > 4 + MAX_REASON) throw new Http3Error(H3.messageError, 'a close reason is too long');
  return {
    code: new DataView(payload.buffer).getUint32(0),
    reason: new TextDecoder().decode(payload.subarray(4)),
  };
}
