/** The pointer's shape (RFC 6143 section 7.8.1): pixels, and a mask of those that count. */
import { ProtocolViolation } from '../../../../schema/refusal.ts';
import { MAX_CURSOR } from '../../../../schema/wire/render.ts';
import { encodeCursor } from '../../../render/encode.ts';
import type { Rect } from '../../../render/framebuffer.ts';
import type { ByteSource } from '../byte-source.ts';

/** @param shape its x and y are the point that points. @returns it as viewers take it */
export async function cursor(source: ByteSource, shape: Rect): Promise<Uint8Array> {
  const { width, height } = shape;
  if (width > MAX_CURSOR || height > MAX_CURSOR) throw new ProtocolViolation('a pointer that is too large');
  const pixels = await source.take(width * height * 4);
  const stride = (width + 7) >> 3;
  const mask = await source.take(stride * height);
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    const [column, row] = [at % width, Math.floor(at / width)];
    if (((mask[row * stride + (column >> 3)] ?? 0) & (0x80 >> (column & 7))) === 0) continue;
    const [blue = 0, green = 0, red = 0] = pixels.subarray(at * 4);
    rgba.set([red, green, blue, 255], at * 4);
  }
  return encodeCursor(shape, rgba);
}
