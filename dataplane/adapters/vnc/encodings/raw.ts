/** Raw (RFC 6143 section 7.7.1): pixels, row by row. */
import type { Framebuffer, Rect } from '../../../render/framebuffer.ts';
import type { ByteSource } from '../byte-source.ts';

/** Rows are taken a few at a time: a picture is never there twice. */
const PIECE_BYTES = 1 << 20;

export async function raw(source: ByteSource, framebuffer: Framebuffer, rect: Rect): Promise<void> {
  const { x, y, width, height } = rect;
  const most = Math.max(1, Math.floor(PIECE_BYTES / Math.max(1, width * 4)));
  for (let row = 0; row < height; row += most) {
    const rows = Math.min(most, height - row);
    const bytes = await source.take(width * rows * 4);
    framebuffer.put({ x, y: y + row, width, height: rows }, pixelsOf(bytes));
  }
}

/** As the pixel format says: little-endian, like the machine. */
export function pixelsOf(bytes: Uint8Array): Uint32Array {
  // A copy: what came need not lie at a multiple of four.
  const copy = Uint8Array.from(bytes);
  return new Uint32Array(copy.buffer, 0, copy.length >> 2);
}
