/** A tile as bytes, in the smallest of the forms of `schema/wire/render.ts` that shows it exactly. */
import { constants, deflateRawSync } from 'node:zlib';
import { CURSOR_HEADER, TILE_HEADER, TILE_KIND } from '../../schema/wire/render.ts';
import { indexBits, rowBytes } from './decode.ts';

/** More colours are taken for a photo or a gradient. */
const MAX_COLOURS = 256;
/** Fast: a tile is made up to sixty times a second. */
const LEVEL = 3;

/** @param pixels 0x00RRGGBB, row by row */
export function encodeTile(pixels: Uint32Array, width: number, height: number): Uint8Array {
  const colours = coloursOf(pixels);
  if (!colours) return withHeader(TILE_KIND.deflate, width, height, packed(differences(pixels, width)));
  if (colours.size === 1)
    return withHeader(TILE_KIND.solid, width, height, rgb([colours.keys().next().value ?? 0]));
  const palette = rgb([...colours.keys()]);
  const indexes = packed(indexesOf(pixels, width, height, colours), constants.Z_DEFAULT_STRATEGY);
  const body = new Uint8Array(1 + palette.length + indexes.length);
  body[0] = colours.size - 1;
  body.set(palette, 1);
  body.set(indexes, 1 + palette.length);
  return withHeader(TILE_KIND.palette, width, height, body);
}

/** @param rgba of the shape; empty where it has none */
export function encodeCursor(
  { width, height, x, y }: { width: number; height: number; x: number; y: number },
  rgba: Uint8Array,
): Uint8Array {
  const body = rgba.length === 0 ? rgba : deflateRawSync(rgba);
  const bytes = new Uint8Array(CURSOR_HEADER + body.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [width, height, x, y].entries()) view.setUint16(at * 2, value);
  bytes.set(body, CURSOR_HEADER);
  return bytes;
}

/** Colours and their numbers, in the order in which they come up; undefined when there are too many. */
function coloursOf(pixels: Uint32Array): Map<number, number> | undefined {
  const colours = new Map<number, number>();
  let last = -1;
  for (const pixel of pixels) {
    if (pixel === last) continue;
    last = pixel;
    if (colours.has(pixel)) continue;
    if (colours.size === MAX_COLOURS) return undefined;
    colours.set(pixel, colours.size);
  }
  return colours;
}

function indexesOf(
  pixels: Uint32Array,
  width: number,
  height: number,
  colours: ReadonlyMap<number, number>,
): Uint8Array {
  const bits = indexBits(colours.size);
  const stride = rowBytes(width, bits);
  const out = new Uint8Array(stride * height);
  // Most pixels are as the one before: no look-up for those.
  let [last, index] = [-1, 0];
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) {
      const pixel = pixels[row * width + column] ?? 0;
      if (pixel !== last) index = colours.get(pixel) ?? 0;
      last = pixel;
      const at = row * stride + ((column * bits) >> 3);
      out[at] = (out[at] ?? 0) | (index << (8 - bits - ((column * bits) & 7)));
    }
  return out;
}

function differences(pixels: Uint32Array, width: number): Uint8Array {
  const out = new Uint8Array(pixels.length * 3);
  let before = 0;
  for (const [at, pixel] of pixels.entries()) {
    if (at % width === 0) before = 0;
    out[at * 3] = (pixel >> 16) - (before >> 16);
    out[at * 3 + 1] = (pixel >> 8) - (before >> 8);
    out[at * 3 + 2] = pixel - before;
    before = pixel;
  }
  return out;
}

function packed(bytes: Uint8Array, strategy: number = constants.Z_FILTERED): Uint8Array {
  return deflateRawSync(bytes, { level: LEVEL, strategy });
}

function rgb(pixels: readonly number[]): Uint8Array {
  return Uint8Array.from(
    pixels.flatMap((pixel) => [(pixel >> 16) & 0xff, (pixel >> 8) & 0xff, pixel & 0xff]),
  );
}

function withHeader(kind: number, width: number, height: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(TILE_HEADER + body.length);
  bytes[0] = kind;
  bytes[1] = width - 1;
  bytes[2] = height - 1;
  bytes.set(body, TILE_HEADER);
  return bytes;
}
