/** The first bytes of a stream, which say what it is (RFC 9114 section 6.2; WebTransport over HTTP/3 section 4). */
import type { ParseHead } from '../transport/head.ts';
import { readVarint, writeVarint } from './varint.ts';

export const STREAM = {
  control: 0x00,
  push: 0x01,
  qpackEncoder: 0x02,
  qpackDecoder: 0x03,
  webTransportUni: 0x54,
} as const;
/** Stands where a frame type would on a bidirectional stream. */
export const WEBTRANSPORT_BIDI = 0x41;

export function webTransportHead(bidirectional: boolean, session: number): Uint8Array {
  const type = bidirectional ? WEBTRANSPORT_BIDI : STREAM.webTransportUni;
  return Uint8Array.from([...writeVarint(type), ...writeVarint(session)]);
}

/** Stands before every datagram: a quarter of the session's id (RFC 9297 section 2.1). */
export function datagramHead(session: number): Uint8Array {
  return Uint8Array.from(writeVarint(session / 4));
}

export type StreamHead =
  | { readonly kind: 'webtransport'; readonly session: number }
  | { readonly kind: 'request' }
  | { readonly kind: 'unidirectional'; readonly type: number };

/** What a stream is. A request's bytes all stay: its first frame type is what told. */
export function streamHead(bidirectional: boolean): ParseHead<StreamHead> {
  const marker = bidirectional ? WEBTRANSPORT_BIDI : STREAM.webTransportUni;
  return (bytes) => {
    const type = readVarint(bytes, 0);
    if (!type) return undefined;
    if (type.value !== marker) {
      return bidirectional
        ? { value: { kind: 'request' }, used: 0 }
        : { value: { kind: 'unidirectional', type: type.value }, used: type.next };
    }
    const session = readVarint(bytes, type.next);
    return session && { value: { kind: 'webtransport', session: session.value }, used: session.next };
  };
}
