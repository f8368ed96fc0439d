/** HTTP/3 frames (RFC 9114 section 7): type, length, payload. Unknown types are skipped without being kept. */
import { H3, Http3Error } from './http3-error.ts';
import { readVarint, writeVarint } from './varint.ts';

export const FRAME = { data: 0x00, headers: 0x01, settings: 0x04, goaway: 0x07 } as const;
const KNOWN = new Set<number>(Object.values(FRAME));
/** Longest frame we keep whole, bytes; a longer one of a known type is an attack or a mistake. */
const MAX_FRAME = 65_536;

export function encodeFrame(type: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.from([...writeVarint(type), ...writeVarint(payload.length), ...payload]);
}

/** Takes a stream's bytes in any pieces and gives its frames whole. */
export class FrameReader {
  readonly #onFrame: (type: number, payload: Uint8Array) => void;
  #bytes: Uint8Array = new Uint8Array();
  #skip = 0;

  constructor(onFrame: (type: number, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
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
      if (!KNOWN.has(type.value)) {
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
}

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
