/**
 * Packets of a channel whose state counts, not its history: items by key, of which the other end is to have the newest content. They go in sealed
 * datagrams, or one after the other on the channel's stream, each behind a big-endian u16 with its length.
 *
 *   u8 ranges      how many follow: numbers of packets that arrived, newest first
 *     u48 highest  once, when there is a range
 *     u16 behind   once: the packet that this answers is so far behind the highest; 65535: further
 *     u16 length   numbers in the range but one
 *     u16 gap      numbers between it and the next but one; not after the last
 *   u48 number     counts packets with pieces; absent, with all that follows, in one that only acknowledges
 *   pieces, until the end:
 *     u32 key, u48 version, u16 index, u16 count, u16 length, bytes
 *
 * An item is cut into `count` pieces of its content in that version. A higher version is a newer content; versions are never used twice.
 */
import { ProtocolViolation } from '../refusal.ts';
import { readU48, writeU48 } from './record.ts';

export const PACKET_NUMBER = 6;
export const PIECE_HEADER = 16;
/** Ranges that a packet tells of: what is older was told before. */
export const MAX_RANGES = 16;
/** What the ranges of one packet take at most, bytes. */
export const MAX_RANGE_BYTES = 7 + 4 * MAX_RANGES;
/** One that only acknowledges, bytes. */
export const MAX_ACKNOWLEDGEMENT = MAX_RANGE_BYTES;
const U16 = 0xffff;
export const MAX_PIECES = U16;

/** Both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Piece {
  readonly key: number;
  readonly version: number;
  readonly index: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** What has arrived. */
export interface Arrived {
  /** Newest first. */
  readonly ranges: readonly Range[];
  /** The packet that came last: between its sending and this word lies one round trip. */
  readonly last: number | undefined;
}

export interface Packet {
  readonly arrived: Arrived;
  /** Undefined: it only acknowledges. */
  readonly number: number | undefined;
  readonly pieces: readonly Piece[];
}

/** Ranges that can not be told any more are left out. */
export function encodePacket({ arrived, number, pieces }: Packet): Uint8Array {
  const ranges = tellable(arrived.ranges);
  const content = pieces.reduce((sum, { bytes }) => sum + PIECE_HEADER + bytes.length, 0);
  const head = headOf(ranges.length);
  const out = new Uint8Array(head + (number === undefined ? 0 : PACKET_NUMBER + content));
  const view = new DataView(out.buffer);
  out[0] = ranges.length;
  if (ranges[0]) {
    writeU48(out, 1, ranges[0].to);
    view.setUint16(7, Math.min(ranges[0].to - (arrived.last ?? Number.NEGATIVE_INFINITY), U16));
  }
  for (const [at, { from, to }] of ranges.entries()) {
    const older = ranges[at + 1];
    view.setUint16(9 + at * 4, to - from);
    if (older) view.setUint16(11 + at * 4, from - older.to - 2);
  }
  if (number === undefined) return out;
  writeU48(out, head, number);
  let at = head + PACKET_NUMBER;
  for (const { key, version, index, count, bytes } of pieces) {
    view.setUint32(at, key);
    writeU48(out, at + 4, version);
    view.setUint16(at + 10, index);
    view.setUint16(at + 12, count);
    view.setUint16(at + 14, bytes.length);
    out.set(bytes, at + PIECE_HEADER);
    at += PIECE_HEADER + bytes.length;
  }
  return out;
}

function headOf(ranges: number): number {
  return ranges === 0 ? 1 : 7 + 4 * ranges;
}

/** Cuts off what u16 can not say: so far back nobody waits for an answer. */
function tellable(arrived: readonly Range[]): Range[] {
  const told: Range[] = [];
  for (const { from, to } of arrived.slice(0, MAX_RANGES)) {
    const newer = told.at(-1);
    if (newer && newer.from - to - 2 > U16) break;
    told.push({ from: Math.max(from, to - U16), to });
    if (to - from > U16) break;
  }
  return told;
}

/** @throws ProtocolViolation */
export function decodePacket(bytes: Uint8Array): Packet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [ranges = 0] = bytes;
  if (bytes.length === 0 || ranges > MAX_RANGES) throw new ProtocolViolation('no such packet');
  const head = headOf(ranges);
  need(bytes, head);
  const arrived = decodeArrived(bytes, view, ranges);
  if (bytes.length === head) return { arrived, number: undefined, pieces: [] };
  need(bytes, head + PACKET_NUMBER);
  const pieces: Piece[] = [];
  for (let at = head + PACKET_NUMBER; at < bytes.length; ) {
    const piece = decodePiece(bytes, view, at);
    pieces.push(piece);
    at += PIECE_HEADER + piece.bytes.length;
  }
  return { arrived, number: readU48(bytes, head), pieces };
}

function decodeArrived(bytes: Uint8Array, view: DataView, count: number): Arrived {
  if (count === 0) return { ranges: [], last: undefined };
  const ranges: Range[] = [];
  const highest = readU48(bytes, 1);
  for (let at = 0, to = highest; at < count; at += 1) {
    const from = to - view.getUint16(9 + at * 4);
    ranges.push({ from, to });
    if (at + 1 < count) to = from - view.getUint16(11 + at * 4) - 2;
    if (from < 0 || to < 0) throw new ProtocolViolation('a range below zero');
  }
  const behind = view.getUint16(7);
  return { ranges, last: behind === U16 ? undefined : highest - behind };
}

function decodePiece(bytes: Uint8Array, view: DataView, at: number): Piece {
  need(bytes, at + PIECE_HEADER);
  const begin = at + PIECE_HEADER;
  const end = begin + view.getUint16(at + 14);
  need(bytes, end);
  const [index, count] = [view.getUint16(at + 10), view.getUint16(at + 12)];
  if (index >= count) throw new ProtocolViolation('a piece beyond its item');
  return {
    key: view.getUint32(at),
    version: readU48(bytes, at + 4),
    index,
    count,
    bytes: bytes.subarray(begin, end),
  };
}

function need(bytes: Uint8Array, length: number): void {
  if (bytes.length < length) throw new ProtocolViolation('a packet is cut short');
}
