/** HTTP/3 frames (RFC 9114 section 7): type, length, payload. Unknown types are skipped without being kept. */
import { H3, Http3Error } from './http3-error.ts';
import { readVarint, writeVarint } from './varint.ts';

export const FRAME = { data: 0x00, headers: 0x01, settings: 0x04, goaway: 0x07 } as const;
const KNOWN = new Set<number>(Object.values(FRAME));
/** Of HTTP/2, whose return is an error (RFC 9114 section 7.2.8). */
const RESERVED = new Set([0x02, 0x06, 0x08, 0x09]);
const PUSH_PROMISE = 0x05;
/** Longest frame we keep whole, bytes; a longer one of a known type is an attack or a mistake. */
const MAX_FRAME = 65_536;

export function encodeFrame(type: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.from([...writeVarint(type), ...writeVarint(payload.length), ...payload]);
}

/** Takes a stream's bytes in any pieces and gives its frames whole. */
export class FrameReader {
  readonly #onFrame: (type: number, payload: Uint8Array) => void;
  readonly #onUnknown: (type: number) => void;
  #bytes: Uint8Array = new Uint8Array();
  #skip = 0;

  /** @param onUnknown told of a frame that is passed over; may throw */
  constructor(
    onFrame: (type: number, payload: Uint8Array) => void,
    onUnknown: (type: number) => void = () => {},
  ) {
    this.#onFrame = onFrame;
    this.#onUnknown = onUnknown;
  }

  /** @throws Http3Error */
  push(chunk: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : concat(this.#bytes, chunk);
    for (;;) {
      const skipped = Math.min(this.#skip, this.#bytes.length);
      this.#skip -= skipped;
      this.#bytes = this.#bytes.subarray(skipped);
      const type = readVarint(this.#bytes, 0);
      const length = type && readVarint(this.#bytes, type.next);
      if (!type || !length) return;
      if (RESERVED.has(type.value)) throw new Http3Error(H3.frameUnexpected, 'a frame of HTTP/2');
      if (type.value === PUSH_PROMISE) throw new Http3Error(H3.frameUnexpected, 'push is not used here');
      if (!KNOWN.has(type.value)) {
        this.#onUnknown(type.value);
        this.#bytes = this.#bytes.subarray(length.next);
        this.#skip = length.value;
        continue;
      }
      if (length.value > MAX_FRAME) throw new Http3Error(H3.excessiveLoad, 'a frame is too long');
      const end = length.next + length.value;
      if (this.#bytes.length < end) return;
      const payload = this.#bytes.subarray(length.next, end);
      this.#bytes = this.#bytes.subarray(end);
      this.#onFrame(type.value, payload);
    }
  }

  /** The stream is at its end. @throws Http3Error when that is in the middle of a frame (RFC 9114 section 7.1) */
  end(): void {
    if (this.#bytes.length > 0 || this.#skip > 0)
      throw new Http3Error(H3.frameError, 'a stream ends within a frame');
  }
}

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
