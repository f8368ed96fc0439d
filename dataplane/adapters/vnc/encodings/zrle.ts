/** ZRLE (RFC 6143 section 7.7.6): a zlib stream of squares of 64 pixels, each raw, of one colour, of a palette, or in runs. */
import { ProtocolViolation } from '../../../../schema/refusal.ts';
import type { Framebuffer, Rect } from '../../../render/framebuffer.ts';
import type { ByteSource } from '../byte-source.ts';
import type { InflateStream } from './inflate.ts';

const SQUARE = 64;
const PIXEL_BYTES = 3;
const RLE = 128;

export async function zrle(
  source: ByteSource,
  inflate: InflateStream,
  framebuffer: Framebuffer,
  rect: Rect,
): Promise<void> {
  const length = (await source.take(4)).readUInt32BE();
  // The worst there is to say about a pixel is a run of one: four bytes. Each square has a head and a palette.
  const squares = Math.ceil(rect.width / SQUARE) * Math.ceil(rect.height / SQUARE);
  const most = rect.width * rect.height * 4 + squares * 400;
  if (length > most * 1.1 + 1024) throw new ProtocolViolation('a rectangle of too many bytes');
  const squareSource = new Squares(await inflate.inflate(await source.take(length), most));
  for (let y = rect.y; y < rect.y + rect.height; y += SQUARE)
    for (let x = rect.x; x < rect.x + rect.width; x += SQUARE) {
      const width = Math.min(SQUARE, rect.x + rect.width - x);
      const height = Math.min(SQUARE, rect.y + rect.height - y);
      framebuffer.put({ x, y, width, height }, squareSource.next(width, height));
    }
}

/** Reads one square after the other. */
export class Squares {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @returns its pixels, row by row. @throws ProtocolViolation */
  next(width: number, height: number): Uint32Array {
    const pixels = new Uint32Array(width * height);
    const kind = this.#byte();
    if (kind === 0) for (const at of pixels.keys()) pixels[at] = this.#pixel();
    else if (kind === 1) pixels.fill(this.#pixel());
    else if (kind <= 16) this.#packed(pixels, width, this.#palette(kind));
    else if (kind === RLE) this.#runs(pixels);
    else if (kind >= RLE + 2) this.#paletteRuns(pixels, this.#palette(kind - RLE));
    else throw new ProtocolViolation(`a square of unknown kind ${kind}`);
    return pixels;
  }

  #packed(pixels: Uint32Array, width: number, palette: Uint32Array): void {
    const bits = palette.length === 2 ? 1 : palette.length <= 4 ? 2 : 4;
    let [byte, left] = [0, 0];
    for (let at = 0; at < pixels.length; at += 1) {
      if (at % width === 0) left = 0;
      if (left === 0) [byte, left] = [this.#byte(), 8];
      left -= bits;
      pixels[at] = colour(palette, (byte >> left) & ((1 << bits) - 1));
    }
  }

  #runs(pixels: Uint32Array): void {
    for (let at = 0; at < pixels.length; ) {
      const pixel = this.#pixel();
      at = this.#run(pixels, at, pixel, this.#length());
    }
  }

  #paletteRuns(pixels: Uint32Array, palette: Uint32Array): void {
    for (let at = 0; at < pixels.length; ) {
      const index = this.#byte();
      const length = index & RLE ? this.#length() : 1;
      at = this.#run(pixels, at, colour(palette, index & (RLE - 1)), length);
    }
  }

  #run(pixels: Uint32Array, from: number, pixel: number, length: number): number {
    const to = from + length;
    if (to > pixels.length) throw new ProtocolViolation('a run beyond its square');
    pixels.fill(pixel, from, to);
    return to;
  }

  #length(): number {
    let length = 1;
    for (;;) {
      const byte = this.#byte();
      length += byte;
      if (byte !== 255) return length;
    }
  }

  #palette(size: number): Uint32Array {
    const palette = new Uint32Array(size);
    for (const at of palette.keys()) palette[at] = this.#pixel();
    return palette;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new ProtocolViolation('a rectangle that is cut short');
    this.#at += 1;
    return byte;
  }

  #pixel(): number {
    if (this.#at + PIXEL_BYTES > this.#bytes.length)
      throw new ProtocolViolation('a rectangle that is cut short');
    const pixel = this.#bytes.readUIntLE(this.#at, PIXEL_BYTES);
    this.#at += PIXEL_BYTES;
    return pixel;
  }
}

function colour(palette: Uint32Array, index: number): number {
  const pixel = palette[index];
  if (pixel === undefined) throw new ProtocolViolation('a colour beyond the palette');
  return pixel;
}
