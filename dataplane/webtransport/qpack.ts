/**
 * QPACK (RFC 9204) without a dynamic table: we announce a table of 0 bytes, so a peer can only use the static table and literals.
 * Huffman codes (RFC 7541 appendix B, the same for both) come from `hpack.js`.
 */
import { createRequire } from 'node:module';
import { H3, Http3Error } from './http3-error.ts';
import { type HeaderField, STATIC_TABLE } from './qpack-static-table.ts';

export type { HeaderField };

/** Decoded size of one field section, as RFC 9114 section 4.2.2 counts it: names, values and 32 a field. */
export const MAX_FIELD_SECTION = 16_384;

type HuffmanCode = readonly [bits: number, code: number];
const { encode: HUFFMAN } = createRequire(import.meta.url)('hpack.js/lib/hpack/huffman.js') as {
  encode: HuffmanCode[];
};

type HuffmanNode = [HuffmanNode | number | undefined, HuffmanNode | number | undefined];

function huffmanTree(): HuffmanNode {
  const root: HuffmanNode = [undefined, undefined];
  for (const [symbol, [bits, code]] of HUFFMAN.entries()) {
    if (symbol > 255) continue;
    let node = root;
    for (let bit = bits - 1; bit > 0; bit -= 1) {
      const side = (code >>> bit) & 1;
      const next = node[side];
      const child: HuffmanNode = Array.isArray(next) ? next : [undefined, undefined];
      node[side] = child;
      node = child;
    }
    node[code & 1] = symbol;
  }
  return root;
}

const HUFFMAN_TREE = huffmanTree();

function decodeHuffman(bytes: Uint8Array): string {
  const out: number[] = [];
  let node = HUFFMAN_TREE;
  let depth = 0;
  let padding = true;
  for (const octet of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const side = (octet >> bit) & 1;
      const next = node[side];
      if (next === undefined) throw broken('a Huffman code is wrong');
      depth += 1;
      padding &&= side === 1;
      if (typeof next !== 'number') {
        node = next;
        continue;
      }
      out.push(next);
      node = HUFFMAN_TREE;
      depth = 0;
      padding = true;
    }
  }
  // RFC 7541 section 5.2: the rest is the beginning of the all-ones code, shorter than a byte.
  if (depth > 7 || (depth > 0 && !padding)) throw broken('Huffman padding is wrong');
  return String.fromCharCode(...out);
}

const broken = (text: string) => new Http3Error(H3.qpackDecompressionFailed, text);

/** Reads a field section. @throws Http3Error */
export function decodeFields(bytes: Uint8Array): HeaderField[] {
  const reader = new Reader(bytes);
  if (reader.integer(8) !== 0) throw broken('a dynamic table is not used here');
  reader.integer(7);
  const fields: HeaderField[] = [];
  let size = 0;
  while (!reader.done) {
    const field = readField(reader);
    size += field[0].length + field[1].length + 32;
    if (size > MAX_FIELD_SECTION) throw new Http3Error(H3.excessiveLoad, 'the header is too large');
    fields.push(field);
  }
  return fields;
}

function readField(reader: Reader): HeaderField {
  const first = reader.peek();
  if ((first & 0xc0) === 0xc0) return staticField(reader.integer(6));
  if ((first & 0xf0) === 0x50) return [staticField(reader.integer(4))[0], reader.text(7)];
  if ((first & 0xe0) === 0x20) return [reader.text(3), reader.text(7)];
  throw broken('a field refers to the dynamic table');
}

function staticField(index: number): HeaderField {
  const field = STATIC_TABLE[index];
  if (!field) throw broken(`static entry ${index} does not exist`);
  return field;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }
  peek(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw broken('the field section ends early');
    return octet;
  }
  /** A prefix integer (RFC 7541 section 5.1) in the low bits of the next octet. */
  integer(prefixBits: number): number {
    const max = (1 << prefixBits) - 1;
    let value = this.peek() & max;
    this.#at += 1;
    if (value < max) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const octet = this.peek();
      this.#at += 1;
      value += (octet & 0x7f) << shift;
      if ((octet & 0x80) === 0) return value;
    }
    throw broken('an integer is too large');
  }
  /** A string (RFC 7541 section 5.2): a flag above the prefix says whether it is Huffman coded. */
  text(prefixBits: number): string {
    const huffman = (this.peek() & (1 << prefixBits)) !== 0;
    const length = this.integer(prefixBits);
    const start = this.#at;
    if (start + length > this.#bytes.length) throw broken('a string ends early');
    this.#at += length;
    const raw = this.#bytes.subarray(start, this.#at);
    return huffman ? decodeHuffman(raw) : String.fromCharCode(...raw);
  }
}

/** Writes a field section: static entries where one fits whole, else literals in plain octets. */
export function encodeFields(fields: readonly HeaderField[]): Uint8Array {
  const out: number[] = [0, 0];
  for (const [name, value] of fields) {
    const whole = STATIC_TABLE.findIndex(([n, v]) => n === name && v === value);
    if (whole >= 0) {
      out.push(...prefixed(0xc0, 6, whole));
      continue;
    }
    out.push(
      ...prefixed(0x20, 3, name.length),
      ...octets(name),
      ...prefixed(0, 7, value.length),
      ...octets(value),
    );
  }
  return Uint8Array.from(out);
}

function prefixed(flags: number, prefixBits: number, value: number): number[] {
  const max = (1 << prefixBits) - 1;
  if (value < max) return [flags | value];
  const out = [flags | max];
  let rest = value - max;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
  return out;
}

const octets = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0) & 0xff);
