/** Bytes back into a tile, in the browser as in Node. What comes is sealed by the service node, and still each length is checked. */
import { inflateSync } from 'fflate';
import { ProtocolViolation } from '../../schema/refusal.ts';
import {
  CURSOR_HEADER,
  MAX_CURSOR,
  type Size,
  TILE,
  TILE_HEADER,
  TILE_KIND,
} from '../../schema/wire/render.ts';

export interface Picture extends Size {
  /** Red, green, blue, opacity of each pixel, row by row: as a canvas takes it. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface Cursor extends Picture {
  /** Where in it the point is that points. */
  readonly x: number;
  readonly y: number;
}

/** Bits of an index into so many colours. */
export function indexBits(colours: number): number {
  return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

export function rowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 8);
}

/** @throws ProtocolViolation */
export function decodeTile(bytes: Uint8Array): Picture {
  if (bytes.length < TILE_HEADER) throw new ProtocolViolation('a tile without a head');
  const [kind, width, height] = [bytes[0], (bytes[1] ?? 0) + 1, (bytes[2] ?? 0) + 1];
  if (width > TILE || height > TILE) throw new ProtocolViolation('a tile that is too large');
  const picture = { width, height, rgba: new Uint8ClampedArray(width * height * 4).fill(255) };
  const body = bytes.subarray(TILE_HEADER);
  if (kind === TILE_KIND.solid) solid(picture, body);
  else if (kind === TILE_KIND.palette) palette(picture, body);
  else if (kind === TILE_KIND.deflate) deflate(picture, body);
  else throw new ProtocolViolation(`a tile of unknown kind ${kind}`);
  return picture;
}

/** @returns undefined for none. @throws ProtocolViolation */
export function decodeCursor(bytes: Uint8Array): Cursor | undefined {
  if (bytes.length < CURSOR_HEADER) throw new ProtocolViolation('a pointer without a head');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint16(0), view.getUint16(2)];
  if (width > MAX_CURSOR || height > MAX_CURSOR) throw new ProtocolViolation('a pointer that is too large');
  if (width === 0 || height === 0) return undefined;
  const rgba = new Uint8ClampedArray(inflated(bytes.subarray(CURSOR_HEADER), width * height * 4));
  return { width, height, x: view.getUint16(4), y: view.getUint16(6), rgba };
}

function solid({ rgba }: Picture, body: Uint8Array): void {
  if (body.length !== 3) throw new ProtocolViolation('a colour is not 3 bytes');
  for (let at = 0; at < rgba.length; at += 4) rgba.set(body, at);
}

function palette({ width, height, rgba }: Picture, body: Uint8Array): void {
  const colours = (body[0] ?? 0) + 1;
  const table = body.subarray(1, 1 + colours * 3);
  const bits = indexBits(colours);
  const stride = rowBytes(width, bits);
  const indexes = inflated(body.subarray(1 + colours * 3), stride * height);
  const mask = (1 << bits) - 1;
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) {
      const byte = indexes[row * stride + ((column * bits) >> 3)] ?? 0;
      const index = (byte >> (8 - bits - ((column * bits) & 7))) & mask;
      if (index >= colours) throw new ProtocolViolation('a colour beyond the palette');
      const at = (row * width + column) * 4;
      rgba[at] = table[index * 3] ?? 0;
      rgba[at + 1] = table[index * 3 + 1] ?? 0;
      rgba[at + 2] = table[index * 3 + 2] ?? 0;
    }
}

function deflate({ width, height, rgba }: Picture, body: Uint8Array): void {
  const bytes = inflated(body, width * height * 3);
  for (let row = 0, from = 0, to = 0; row < height; row += 1) {
    let [red, green, blue] = [0, 0, 0];
    for (let column = 0; column < width; column += 1, from += 3, to += 4) {
      red = (red + (bytes[from] ?? 0)) & 0xff;
      green = (green + (bytes[from + 1] ?? 0)) & 0xff;
      blue = (blue + (bytes[from + 2] ?? 0)) & 0xff;
      rgba[to] = red;
      rgba[to + 1] = green;
      rgba[to + 2] = blue;
    }
  }
}

/** Exactly so many bytes: with a buffer that is given, more than fits it is never made. */
function inflated(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  try {
    // Whether more would have come is not said: what fits is all that is used.
    if (inflateSync(bytes, { out }).length !== length)
      throw new ProtocolViolation('a tile of a wrong length');
  } catch (error) {
    if (error instanceof ProtocolViolation) throw error;
    throw new ProtocolViolation('what came is not deflated', { cause: error });
  }
  return out;
}
