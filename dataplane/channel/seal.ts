/** Sealing and opening one direction of one channel, record after record (`schema/wire/record.ts`). Each number is a nonce once. */
import {
  checkRecordLength,
  type Direction,
  RECORD_BODY,
  RECORD_DATA,
  RECORD_HEADER,
  RECORD_KIND,
  RECORD_PREFIX,
  type RecordKind,
  readRecordHeader,
  writeRecordHeader,
  writeU48,
} from '../../schema/wire/record.ts';
import { type Aead, type MakeAead, NONCE, type Soon, soon } from './aead.ts';

/** Records under one key: a gigabyte at most. Then Noise's REKEY (section 4.2), by number, so that both ends do it at the same one. */
export const REKEY_RECORDS = 65_536;
const NO_BYTES = new Uint8Array();
const ZEROS = new Uint8Array(32);
const LAST_NONCE = Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255);

/** What a sealer and an opener share: the key of the moment, the number, and what is authenticated with it. */
class Sequence {
  number = 0;
  readonly nonce = new Uint8Array(NONCE);
  readonly data = new Uint8Array(RECORD_DATA);
  aead: Aead;
  readonly #make: MakeAead;
  readonly #every: number;
  /** The number that the key was changed for: a record that did not open is tried again with the same key. */
  #turned = 0;

  constructor(key: Uint8Array, make: MakeAead, channel: number, direction: Direction, every: number) {
    this.aead = make(key);
    this.#make = make;
    this.#every = every;
    new DataView(this.data.buffer).setUint32(0, channel);
    this.data[4] = direction;
  }

  /** Ready for the next record; a promise where the key changes and the cipher takes its time. */
  turn(): Soon<void> {
    writeU48(this.nonce, 6, this.number);
    writeU48(this.data, 7, this.number);
    if (this.number === this.#turned || this.number % this.#every !== 0) return;
    this.#turned = this.number;
    return soon(nextKey(this.aead, this.#make), (aead) => {
      this.aead = aead;
    });
  }
}

/** Noise's REKEY (section 4.2). */
export function nextKey(aead: Aead, make: MakeAead): Soon<Aead> {
  return soon(aead.seal(LAST_NONCE, NO_BYTES, ZEROS, 0), (sealed) => make(sealed.subarray(0, ZEROS.length)));
}

/** Plain text on its way into a cipher, which has taken it when it returns. */
const scratch = new Uint8Array(RECORD_HEADER + RECORD_BODY);

/** One call at a time: a promise must settle before the next. */
export class Sealer {
  readonly #sequence: Sequence;
  constructor(key: Uint8Array, make: MakeAead, channel: number, direction: Direction, every = REKEY_RECORDS) {
    this.#sequence = new Sequence(key, make, channel, direction, every);
  }

  /** @param body at most RECORD_BODY bytes. @returns the record as it goes out, prefix and all */
  seal(kind: RecordKind, next: number, body: Uint8Array): Soon<Uint8Array> {
    const turned = this.#sequence.turn();
    return turned instanceof Promise
      ? turned.then(() => this.#seal(kind, next, body))
      : this.#seal(kind, next, body);
  }

  #seal(kind: RecordKind, next: number, body: Uint8Array): Soon<Uint8Array> {
    const { nonce, data, aead } = this.#sequence;
    writeRecordHeader(scratch, kind, next);
    scratch.set(body, RECORD_HEADER);
    const plain = scratch.subarray(0, RECORD_HEADER + body.length);
    const sealed = aead.seal(nonce, data, plain, RECORD_PREFIX);
    this.#sequence.number += 1;
    return sealed instanceof Promise ? sealed.then(prefixed) : prefixed(sealed);
  }
}

function prefixed(record: Uint8Array): Uint8Array {
  const length = record.length - RECORD_PREFIX;
  record[0] = length >> 8;
  record[1] = length;
  return record;
}

/** One call at a time, as with Sealer. */
export class Opener {
  /** Of the record that was opened last. */
  kind: RecordKind = RECORD_KIND.ack;
  /** The next record that its sender expected. */
  next = 0;
  readonly #sequence: Sequence;

  constructor(key: Uint8Array, make: MakeAead, channel: number, direction: Direction, every = REKEY_RECORDS) {
    this.#sequence = new Sequence(key, make, channel, direction, every);
  }

  /** The number of the record that must come next. */
  get expected(): number {
    return this.#sequence.number;
  }

  /** @returns the body; undefined when it is not the record that must come next, as the other end sealed it. @throws ProtocolViolation */
  open(sealed: Uint8Array): Soon<Uint8Array | undefined> {
    const turned = this.#sequence.turn();
    const { nonce, data } = this.#sequence;
    if (turned instanceof Promise)
      return turned.then(async () => this.#opened(await this.#sequence.aead.open(nonce, data, sealed)));
    const plain = this.#sequence.aead.open(nonce, data, sealed);
    return plain instanceof Promise ? plain.then((got) => this.#opened(got)) : this.#opened(plain);
  }

  #opened(plain: Uint8Array | undefined): Uint8Array | undefined {
    if (!plain) return undefined;
    const { kind, next } = readRecordHeader(plain);
    this.kind = kind;
    this.next = next;
    this.#sequence.number += 1;
    return plain.subarray(RECORD_HEADER);
  }
}

/** Takes records out of a stream's bytes, however those are cut. */
export class RecordReader {
  #chunk: Uint8Array = NO_BYTES;
  #at = 0;
  /** Bytes of the prefix that were seen, and what they say so far. */
  #prefix = 0;
  #length = 0;
  #partial: Uint8Array | undefined;
  #filled = 0;

  /** A record began and is not whole. */
  get isCut(): boolean {
    return this.#prefix > 0;
  }

  /** @returns the next whole record without its prefix, undefined while there is none. @throws ProtocolViolation */
  next(read: () => Uint8Array | undefined): Uint8Array | undefined {
    for (;;) {
      if (this.#at === this.#chunk.length) {
        const chunk = read();
        if (!chunk) return undefined;
        this.#chunk = chunk;
        this.#at = 0;
      }
      if (!this.#takePrefix()) continue;
      const record = this.#takeBody();
      if (!record) continue;
      this.#prefix = 0;
      this.#length = 0;
      return record;
    }
  }

  #takePrefix(): boolean {
    for (; this.#prefix < RECORD_PREFIX && this.#at < this.#chunk.length; this.#prefix += 1) {
      this.#length = this.#length * 256 + (this.#chunk[this.#at] ?? 0);
      this.#at += 1;
      if (this.#prefix === RECORD_PREFIX - 1) checkRecordLength(this.#length);
    }
    return this.#prefix === RECORD_PREFIX;
  }

  #takeBody(): Uint8Array | undefined {
    const here = this.#chunk.length - this.#at;
    if (!this.#partial && here >= this.#length) {
      const whole = this.#chunk.subarray(this.#at, this.#at + this.#length);
      this.#at += this.#length;
      return whole;
    }
    this.#partial ??= new Uint8Array(this.#length);
    const piece = this.#chunk.subarray(this.#at, this.#at + this.#length - this.#filled);
    this.#partial.set(piece, this.#filled);
    this.#filled += piece.length;
    this.#at += piece.length;
    if (this.#filled < this.#length) return undefined;
    const whole = this.#partial;
    this.#partial = undefined;
    this.#filled = 0;
    return whole;
  }
}
