/** What a client says (RFC 6143 section 7.5, and SetDesktopSize of the community's extension). */
import type { Size } from '../../../schema/wire/render.ts';

/** Numbers of encodings and pseudo-encodings. */
export const ENCODING = {
  raw: 0,
  copyRect: 1,
  hextile: 5,
  zrle: 16,
  lastRect: -224,
  desktopSize: -223,
  cursor: -239,
  extendedDesktopSize: -308,
} as const;

/** Best first. */
const WANTED = [
  ENCODING.copyRect,
  ENCODING.zrle,
  ENCODING.hextile,
  ENCODING.raw,
  ENCODING.cursor,
  ENCODING.extendedDesktopSize,
  ENCODING.desktopSize,
  ENCODING.lastRect,
];

/** 32 bits, little-endian: blue, green, red, nothing. */
export function setPixelFormat(): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0);
}

export function setEncodings(): Uint8Array {
  const bytes = Buffer.alloc(4 + WANTED.length * 4);
  bytes.writeUInt8(2);
  bytes.writeUInt16BE(WANTED.length, 2);
  for (const [at, encoding] of WANTED.entries()) bytes.writeInt32BE(encoding, 4 + at * 4);
  return bytes;
}

export function updateRequest({ width, height }: Size, incremental: boolean): Uint8Array {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt8(3);
  bytes.writeUInt8(incremental ? 1 : 0, 1);
  bytes.writeUInt16BE(width, 6);
  bytes.writeUInt16BE(height, 8);
  return bytes;
}

export function keyEvent(keysym: number, isDown: boolean): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(4);
  bytes.writeUInt8(isDown ? 1 : 0, 1);
  bytes.writeUInt32BE(keysym, 4);
  return bytes;
}

export function pointerEvent(buttons: number, x: number, y: number): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt8(5);
  bytes.writeUInt8(buttons, 1);
  bytes.writeUInt16BE(x, 2);
  bytes.writeUInt16BE(y, 4);
  return bytes;
}

/** One screen that fills the desktop. @param id and flags of the first screen there is */
export function setDesktopSize({ width, height }: Size, id: number, flags: number): Uint8Array {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt8(251);
  bytes.writeUInt16BE(width, 2);
  bytes.writeUInt16BE(height, 4);
  bytes.writeUInt8(1, 6);
  bytes.writeUInt32BE(id, 8);
  bytes.writeUInt16BE(width, 16);
  bytes.writeUInt16BE(height, 18);
  bytes.writeUInt32BE(flags, 20);
  return bytes;
}
