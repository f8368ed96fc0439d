/**
 * Items of the `render` channel, by key: what a desktop shows, in squares of 64 pixels counted from the top left. Each is whole in itself, so that any
 * of them may be replaced at any time.
 *
 *   key              content
 *   0                u16 width, u16 height of the desktop, pixels
 *   1                the pointer's shape: u16 width, u16 height, u16 and u16 the point that points, then deflated RGBA; none where it has no pixel
 *   2 + row*128+col  a tile: u8 kind, u8 width - 1, u8 height - 1, then by kind
 *     solid    0     u8 red, u8 green, u8 blue
 *     palette  1     u8 colours - 1, three bytes each, then deflated: for each row its indexes of 1, 2, 4 or 8 bits, the first in the highest, filled up to bytes
 *     deflate  2     deflated: for each row red, green, blue of each pixel, each less that of the pixel before it (modulo 256; the first less zero)
 *
 * Deflated is RFC 1951 without a head. A tile at the right or lower edge is as large as the desktop lets it be.
 */
import { ProtocolViolation } from '../refusal.ts';

export const TILE = 64;
/** Longest side of a desktop, pixels: 128 tiles. */
export const MAX_SIDE = 8192;
/** Most pixels of a desktop: 7680 x 4320. */
export const MAX_PIXELS = 33_177_600;
/** Longest side of a pointer's shape, pixels. */
export const MAX_CURSOR = 256;
const COLUMNS = MAX_SIDE / TILE;

export const SIZE_KEY = 0;
export const CURSOR_KEY = 1;
const FIRST_TILE = 2;

export const TILE_KIND = { solid: 0, palette: 1, deflate: 2 } as const;
export const TILE_HEADER = 3;
export const CURSOR_HEADER = 8;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function tileKey(column: number, row: number): number {
  return FIRST_TILE + row * COLUMNS + column;
}

/** @returns undefined when the key is none of a tile */
export function tilePlace(key: number): { column: number; row: number } | undefined {
  const index = key - FIRST_TILE;
  if (index < 0 || index >= COLUMNS * COLUMNS) return undefined;
  return { column: index % COLUMNS, row: Math.floor(index / COLUMNS) };
}

export function isPossible({ width, height }: Size): boolean {
  return width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS;
}

export function encodeSize({ width, height }: Size): Uint8Array {
  return Uint8Array.of(width >> 8, width & 0xff, height >> 8, height & 0xff);
}

/** @throws ProtocolViolation */
export function decodeSize(bytes: Uint8Array): Size {
  if (bytes.length !== 4) throw new ProtocolViolation('a size is not 4 bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  const size = { width: view.getUint16(0), height: view.getUint16(2) };
  if (!isPossible(size)) throw new ProtocolViolation('a desktop of an impossible size');
  return size;
}
