/** Variable-length integers (RFC 9000 section 16), up to 2^53-1; a larger one does not occur in what we speak. */

/** The value at `at` and where the next byte stands, or undefined while bytes are missing. */
export function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const length = 1 << (first >> 6);
  if (at + length > bytes.length) return undefined;
  let value = first & 0x3f;
  for (let n = 1; n < length; n += 1) value = value * 256 + (bytes[at + n] ?? 0);
  return { value, next: at + length };
}

export function writeVarint(value: number): number[] {
  if (value < 0x40) return [value];
  if (value < 0x4000) return [0x40 | (value >> 8), value & 0xff];
  if (value < 0x40000000)
    return [0x80 | (value >>> 24), (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
  const high = Math.floor(value / 2 ** 32);
  const low = value % 2 ** 32;
  const octets = (n: number) => [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
  const [top = 0, ...rest] = octets(high);
  return [0xc0 | top, ...rest, ...octets(low)];
}
