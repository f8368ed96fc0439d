/** Octets, numbers and base64url, the same in browsers, workerd and Node. */
import { base64url } from 'jose';

export type Octets = Uint8Array<ArrayBuffer>;

export const textOctets = (text: string): Octets => new TextEncoder().encode(text);
export const toText = (octets: Uint8Array): string => base64url.encode(octets);
export const fromText = (text: string): Octets => Uint8Array.from(base64url.decode(text));
export const randomOctets = (length: number): Octets => crypto.getRandomValues(new Uint8Array(length));

export function concat(...parts: readonly Uint8Array[]): Octets {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function toNumber(octets: Uint8Array): bigint {
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/** Big-endian, padded with zeros in front to `length` octets. */
export function ofNumber(number: bigint, length: number): Octets {
  const hex = number.toString(16).padStart(length * 2, '0');
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Takes as long whether the first or the last octet differs. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [at, octet] of a.entries()) difference |= octet ^ (b[at] ?? 0);
  return difference === 0;
}
