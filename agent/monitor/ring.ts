/**
 * The newest samples, on disk in one small file of fixed size rows: 8 octets of name and version, columns, rows, then 64-bit floats oldest first and their SHA-256. Written
 * whole, so a crash loses at most what came since the last write; what does not add up is as good as none.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../atomic-file.ts';

const MAGIC = 'fabmon01';
const HEAD_BYTES = 16;
const HASH_BYTES = 32;

export class Ring {
  readonly columns: number;
  readonly #rows: Float64Array;
  readonly #most: number;
  #next = 0;
  #length = 0;

  constructor(columns: number, most: number) {
    this.columns = columns;
    this.#most = most;
    this.#rows = new Float64Array(columns * most);
  }

  get length(): number {
    return this.#length;
  }

  /** The oldest goes when it is full. */
  push(row: readonly number[]): void {
    if (row.length !== this.columns) throw new RangeError('a row of another width');
    this.#rows.set(row, this.#next * this.columns);
    this.#next = (this.#next + 1) % this.#most;
    this.#length = Math.min(this.#length + 1, this.#most);
  }

  /** The newest so many, oldest first. */
  newest(count: number): number[][] {
    const taken = Math.min(count, this.#length);
    return Array.from({ length: taken }, (_, at) => this.#row(this.#length - taken + at));
  }

  encode(): Buffer {
    const body = Buffer.alloc(HEAD_BYTES + this.#length * this.columns * 8);
    body.write(MAGIC, 'latin1');
    body.writeUInt32BE(this.columns, 8);
    body.writeUInt32BE(this.#length, 12);
    let at = HEAD_BYTES;
    for (let row = 0; row < this.#length; row += 1)
      for (const value of this.#row(row)) at = body.writeDoubleBE(value, at);
    return Buffer.concat([body, createHash('sha256').update(body).digest()]);
  }

  /** @returns false when these are no rows of this width, or are damaged; then nothing has changed */
  decode(file: Buffer): boolean {
    const body = file.subarray(0, -HASH_BYTES);
    if (body.length < HEAD_BYTES || body.toString('latin1', 0, 8) !== MAGIC) return false;
    if (!createHash('sha256').update(body).digest().equals(file.subarray(-HASH_BYTES))) return false;
    const rows = body.readUInt32BE(12);
    if (body.readUInt32BE(8) !== this.columns || body.length !== HEAD_BYTES + rows * this.columns * 8)
      return false;
    for (let row = Math.max(0, rows - this.#most); row < rows; row += 1) {
      const from = HEAD_BYTES + row * this.columns * 8;
      this.push(Array.from({ length: this.columns }, (_, at) => body.readDoubleBE(from + at * 8)));
    }
    return true;
  }

  async save(path: string): Promise<void> {
    await writeAtomically(path, this.encode());
  }

  async load(path: string): Promise<boolean> {
    const file = await readFile(path).catch(() => Buffer.alloc(0));
    return this.decode(file);
  }

  #row(at: number): number[] {
    const start = (this.#next - this.#length + at + this.#most) % this.#most;
    return [...this.#rows.subarray(start * this.columns, (start + 1) * this.columns)];
  }
}
