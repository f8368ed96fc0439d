/** Sealing and opening one channel's datagrams, one direction (`schema/wire/datagram.ts`). They come in any order; each is good once. */
import { DATAGRAM_HEADER, DATAGRAM_NUMBERS, datagramNumber } from '../../schema/wire/datagram.ts';
import { type Direction, RECORD_DATA, writeU48 } from '../../schema/wire/record.ts';
import { type Aead, type MakeAead, NONCE, type Soon, soon } from './aead.ts';
import { ReplayWindow } from './replay-window.ts';
import { nextKey, REKEY_RECORDS } from './seal.ts';

/**
 * How many changes of keys a datagram may be ahead of the last that was genuine. Beyond, so many were lost in a row that the path was none; and
 * nobody can make us go through keys for noise with a high number.
 */
const MOST_AHEAD = 8;

/** A direction's ciphers, one for so many numbers. */
class Keys {
  readonly #make: MakeAead;
  readonly #every: number;
  readonly #channel: number;
  readonly #direction: Direction;
  /** By place, from `#first` on: the one before the newest genuine is kept for what was overtaken. */
  #ciphers: Soon<Aead>[];
  #first = 0;

  constructor(key: Uint8Array, make: MakeAead, channel: number, direction: Direction, every: number) {
    this.#make = make;
    this.#every = every;
    this.#channel = channel;
    this.#direction = direction;
    this.#ciphers = [make(key)];
  }

  /** @returns undefined for a number too far from the last genuine one */
  of(number: number): Soon<Aead> | undefined {
    const place = Math.floor(number / this.#every) - this.#first;
    if (place < 0 || place > MOST_AHEAD + 1) return undefined;
    for (let last = this.#ciphers.at(-1); last && this.#ciphers.length <= place; last = this.#ciphers.at(-1))
      this.#ciphers.push(soon(last, (aead) => nextKey(aead, this.#make)));
    return this.#ciphers[place];
  }

  /** This number was genuine: keys from before the last change are let go. */
  reached(number: number): void {
    const old = Math.floor(number / this.#every) - this.#first - 1;
    if (old <= 0) return;
    this.#ciphers = this.#ciphers.slice(old);
    this.#first += old;
  }

  around(number: number): { nonce: Uint8Array; data: Uint8Array } {
    const nonce = new Uint8Array(NONCE);
    const data = new Uint8Array(RECORD_DATA);
    new DataView(data.buffer).setUint32(0, this.#channel);
    data[4] = this.#direction;
    writeU48(nonce, 6, number);
    writeU48(data, 7, number);
    return { nonce, data };
  }
}

export class DatagramSealer {
  readonly #keys: Keys;
  #next = 0;

  constructor(key: Uint8Array, make: MakeAead, channel: number, direction: Direction, every = REKEY_RECORDS) {
    this.#keys = new Keys(key, make, channel, direction, every);
  }

  /** Calls may overlap. @returns undefined when no number is left */
  seal(body: Uint8Array): Soon<Uint8Array> | undefined {
    const number = this.#next;
    const cipher = number < DATAGRAM_NUMBERS ? this.#keys.of(number) : undefined;
    if (!cipher) return undefined;
    this.#next += 1;
    this.#keys.reached(number);
    const { nonce, data } = this.#keys.around(number);
    const sealed = soon(cipher, (aead) => aead.seal(nonce, data, body, DATAGRAM_HEADER));
    return soon(sealed, (datagram) => {
      writeU48(datagram, 0, number);
      return datagram;
    });
  }
}

export class DatagramOpener {
  readonly #keys: Keys;
  readonly #window = new ReplayWindow();

  constructor(key: Uint8Array, make: MakeAead, channel: number, direction: Direction, every = REKEY_RECORDS) {
    this.#keys = new Keys(key, make, channel, direction, every);
  }

  /** Calls may overlap. @returns the body; undefined when the other end did not seal it for this channel, or it came before, or far too late */
  open(datagram: Uint8Array): Soon<Uint8Array | undefined> {
    const number = datagramNumber(datagram);
    if (number === undefined || !this.#window.mayCome(number)) return undefined;
    const cipher = this.#keys.of(number);
    if (!cipher) return undefined;
    const { nonce, data } = this.#keys.around(number);
    const sealed = datagram.subarray(DATAGRAM_HEADER);
    const plain = soon(cipher, (aead) => aead.open(nonce, data, sealed));
    return soon(plain, (body) => {
      // Two of one number may be open at once: the window decides here, where it is known to be genuine.
      if (!body || !this.#window.take(number)) return undefined;
      this.#keys.reached(number);
      return body;
    });
  }
}
