/** The first bytes of a stream, which say what it is (RFC 9114 section 6.2; WebTransport over HTTP/3 section 4). */
import { concat } from './frames.ts';
import { readVarint, writeVarint } from './varint.ts';

export const STREAM = { control: 0x00, push: 0x01, qpackEncoder: 0x02, qpackDecoder: 0x03, webTransportUni: 0x54 } as const;
/** Stands where a frame type would on a bidirectional stream. */
export const WEBTRANSPORT_BIDI = 0x41;

export function webTransportHead(bidirectional: boolean, session: number): Uint8Array {
  const type = bidirectional ? WEBTRANSPORT_BIDI : STREAM.webTransportUni;
  return Uint8Array.from([...writeVarint(type), ...writeVarint(session)]);
}

export type StreamHead =
  | { readonly kind: 'webtransport'; readonly session: number; readonly rest: Uint8Array }
  | { readonly kind: 'request'; readonly rest: Uint8Array }
  | { readonly kind: 'unidirectional'; readonly type: number; readonly rest: Uint8Array };

/** Gathers a stream's first bytes until they tell. At most 16 are held. */
export class HeadReader {
  readonly #bidirectional: boolean;
  #bytes: Uint8Array = new Uint8Array();
  constructor(bidirectional: boolean) {
    this.#bidirectional = bidirectional;
  }
  push(chunk: Uint8Array): StreamHead | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : concat(this.#bytes, chunk);
    const type = readVarint(this.#bytes, 0);
    if (!type) return undefined;
    const marker = this.#bidirectional ? WEBTRANSPORT_BIDI : STREAM.webTransportUni;
    if (type.value !== marker) {
      return this.#bidirectional
        ? { kind: 'request', rest: this.#bytes }
        : { kind: 'unidirectional', type: type.value, rest: this.#bytes.slice(type.next) };
    }
    const session = readVarint(this.#bytes, type.next);
    if (!session) return undefined;
    return { kind: 'webtransport', session: session.value, rest: this.#bytes.slice(session.next) };
  }
}
