/** Hextile (RFC 6143 section 7.7.4): squares of 16 pixels, each raw or a background with rectangles on it. Colours stay from one square to the next. */
import { ProtocolViolation } from '../../../../schema/refusal.ts';
import type { Framebuffer, Rect } from '../../../render/framebuffer.ts';
import type { ByteSource } from '../byte-source.ts';
import { pixelsOf } from './raw.ts';

const SQUARE = 16;
const HAS = { raw: 1, background: 2, foreground: 4, subrects: 8, coloured: 16 } as const;

export async function hextile(source: ByteSource, framebuffer: Framebuffer, rect: Rect): Promise<void> {
  const colours = { background: 0, foreground: 0 };
  for (let y = rect.y; y < rect.y + rect.height; y += SQUARE)
    for (let x = rect.x; x < rect.x + rect.width; x += SQUARE) {
      const width = Math.min(SQUARE, rect.x + rect.width - x);
      const height = Math.min(SQUARE, rect.y + rect.height - y);
      await square(source, framebuffer, { x, y, width, height }, colours);
    }
}

async function square(
  source: ByteSource,
  framebuffer: Framebuffer,
  rect: Rect,
  colours: { background: number; foreground: number },
): Promise<void> {
  const [has = 0] = await source.take(1);
  if (has & HAS.raw) return framebuffer.put(rect, pixelsOf(await source.take(rect.width * rect.height * 4)));
  if (has & HAS.background) colours.background = (await source.take(4)).readUInt32LE();
  if (has & HAS.foreground) colours.foreground = (await source.take(4)).readUInt32LE();
  framebuffer.fill(rect, colours.background);
  if (!(has & HAS.subrects)) return;
  const [count = 0] = await source.take(1);
  const length = has & HAS.coloured ? 6 : 2;
  const bytes = await source.take(count * length);
  for (let at = 0; at < bytes.length; at += length) {
    const colour = has & HAS.coloured ? bytes.readUInt32LE(at) : colours.foreground;
    const [place = 0, size = 0] = bytes.subarray(at + length - 2);
    const [dx, dy] = [place >> 4, place & 15];
    const [width, height] = [(size >> 4) + 1, (size & 15) + 1];
    if (dx + width > rect.width || dy + height > rect.height)
      throw new ProtocolViolation('a rectangle beyond its square');
    framebuffer.fill({ x: rect.x + dx, y: rect.y + dy, width, height }, colour);
  }
}
