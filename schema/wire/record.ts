/**
 * A sealed record, the unit in which a channel's bytes go between its two ends. Between them only the length can be read.
 *
 *   u16 length     of what follows, big-endian
 *   sealed         AES-256-GCM of: u8 kind, u48 next record the sender expects from the other side, body
 *
 *   kind   value   body
 *   data       0   at most RECORD_BODY of the channel's bytes
 *   fin        1   empty: no more data this way
 *   ack        2   empty: only the number above
 *
 * The nonce is the record's sequence number; with it are authenticated (never sent): u32 channel, u8 direction, u64 sequence number.
 */
import { ProtocolViolation } from '../refusal.ts';

/** Length prefix, bytes. */
export const RECORD_PREFIX = 2;
/** Kind and acknowledgement, bytes. */
export const RECORD_HEADER = 7;
/** What the seal adds, bytes. */
export const RECORD_TAG = 16;
/** Most of a channel's bytes in one record. */
export const RECORD_BODY = 16_384;
const SHORTEST = RECORD_HEADER + RECORD_TAG;
const LONGEST = SHORTEST + RECORD_BODY;

export const RECORD_KIND = { data: 0, fin: 1, ack: 2 } as const;
export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

/** The client's records have 0, the service node's 1. */
export type Direction = 0 | 1;
/** Bytes authenticated with a record. */
export const RECORD_DATA = 13;

export function writeRecordHeader(out: Uint8Array, kind: RecordKind, next: number): void {
  out[0] = kind;
  writeU48(out, 1, next);
}

/** @throws ProtocolViolation */
export function readRecordHeader(plain: Uint8Array): { kind: RecordKind; next: number } {
  const kind = plain[0];
  if (kind === undefined || kind > RECORD_KIND.ack || plain.length < RECORD_HEADER)
    throw new ProtocolViolation('a record of unknown kind');
  return { kind: kind as RecordKind, next: readU48(plain, 1) };
}

/** @throws ProtocolViolation for a length no record has */
export function checkRecordLength(length: number): number {
  if (length < SHORTEST || length > LONGEST) throw new ProtocolViolation(`a record of ${length} bytes`);
  return length;
}

/** Where a channel goes on: the next record its sender expects. */
export function encodePoint(next: number): Uint8Array {
  const out = new Uint8Array(6);
  writeU48(out, 0, next);
  return out;
}

/** @throws ProtocolViolation */
export function decodePoint(bytes: Uint8Array): number {
  if (bytes.length !== 6) throw new ProtocolViolation('a resume point has 6 bytes');
  return readU48(bytes, 0);
}

export function writeU48(out: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  out[at] = high >> 8;
  out[at + 1] = high;
  out[at + 2] = value >>> 24;
  out[at + 3] = value >>> 16;
  out[at + 4] = value >>> 8;
  out[at + 5] = value;
}

export function readU48(bytes: Uint8Array, at: number): number {
  const octet = (n: number) => bytes[at + n] ?? 0;
  const low = ((octet(2) << 24) | (octet(3) << 16) | (octet(4) << 8) | octet(5)) >>> 0;
  return (octet(0) * 256 + octet(1)) * 0x1_0000_0000 + low;
}
