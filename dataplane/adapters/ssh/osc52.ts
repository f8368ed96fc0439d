/**
 * What a remote program says to the terminal's clipboard (OSC 52, xterm's control sequences), as a terminal would read it: taken out of its output unless the
 * policy lets it through, and then only to set it. A question for what the clipboard has is never let through: the answer would be typed into the shell.
 *
 * A terminal ignores control characters inside a sequence and leading zeros of its number, and takes U+009D for ESC ]. So does this.
 */

import { MAX_CLIPBOARD } from '../../../schema/wire/clipboard.ts';

const [ESC, BEL, CAN, SUB, SEMICOLON, BRACKET, DEL] = [0x1b, 0x07, 0x18, 0x1a, 0x3b, 0x5d, 0x7f];
/** U+0080 to U+00BF in UTF-8 begin so; OSC and ST are the next byte. */
const [C1, C1_OSC, C1_ST] = [0xc2, 0x9d, 0x9c];
const CLIPBOARD = 52;
/** Characters of the selection's name, with room to spare. */
const MAX_SELECTION = 16;
/** Digits of a number that are held back. Nobody has more. */
const MAX_DIGITS = 8;

type State = 'text' | 'escape' | 'c1' | 'number' | 'clipboard' | 'clipboard c1';

export class ClipboardFilter {
  /** Sequences that were taken out. */
  stripped = 0;
  readonly #most: number;
  #state: State = 'text';
  /** Bytes of a sequence that may become one of ours. */
  #held: number[] = [];
  #payload: number[] = [];
  #isTooLong = false;
  #number = 0;

  constructor(limit = MAX_CLIPBOARD) {
    this.#most = Math.ceil(limit / 3) * 4 + MAX_SELECTION;
  }

  /** @param maySet sequences that set the clipboard pass. @returns what the terminal may have of these bytes */
  pass(bytes: Uint8Array, maySet: boolean): Uint8Array {
    if (this.#state === 'text' && !bytes.includes(ESC) && !bytes.includes(C1)) return bytes;
    const out: number[] = [];
    for (const byte of bytes) this.#take(byte, out, maySet);
    return Uint8Array.from(out);
  }

  #take(byte: number, out: number[], maySet: boolean): void {
    switch (this.#state) {
      case 'text':
        return this.#text(byte, out);
      case 'escape':
      case 'c1':
        return this.#introducer(byte, out);
      case 'number':
        return this.#digit(byte, out);
      case 'clipboard':
      case 'clipboard c1':
        return this.#content(byte, out, maySet);
    }
  }

  #text(byte: number, out: number[]): void {
    if (byte === ESC) this.#hold('escape', byte);
    else if (byte === C1) this.#hold('c1', byte);
    else out.push(byte);
  }

  #introducer(byte: number, out: number[]): void {
    const opens = this.#state === 'escape' ? BRACKET : C1_OSC;
    if (byte === opens) {
      this.#number = 0;
      this.#hold('number', byte);
    } else if (this.#state === 'escape' && isIgnored(byte)) out.push(byte);
    else this.#release(byte, out);
  }

  #digit(byte: number, out: number[]): void {
    if (isIgnored(byte) && byte !== BEL) return;
    const digit = byte - 0x30;
    if (digit >= 0 && digit <= 9) {
      this.#number = Math.min(this.#number * 10 + digit, 1e6);
      // Zeros in front say nothing.
      if (this.#held.length < MAX_DIGITS || this.#number > 0) this.#held.push(byte);
      if (this.#number >= 1e6) this.#release(undefined, out);
    } else if (byte === SEMICOLON && this.#number === CLIPBOARD) {
      this.#held = [];
      this.#payload = [];
      this.#isTooLong = false;
      this.#state = 'clipboard';
    } else this.#release(byte, out);
  }

  #content(byte: number, out: number[], maySet: boolean): void {
    if (this.#state === 'clipboard c1') {
      this.#state = 'clipboard';
      if (byte === C1_ST) return this.#finish(out, maySet);
      // Not base64: it is not let through.
      this.#isTooLong = true;
    }
    if (byte === BEL) this.#finish(out, maySet);
    else if (byte === ESC) {
      this.#finish(out, maySet);
      this.#hold('escape', byte);
    } else if (byte === CAN || byte === SUB) this.#drop();
    else if (byte === C1) this.#state = 'clipboard c1';
    else if (this.#payload.length >= this.#most) this.#isTooLong = true;
    else if (!isIgnored(byte)) this.#payload.push(byte);
  }

  #finish(out: number[], maySet: boolean): void {
    const [, selection, text] =
      /^([a-z0-7]*);([A-Za-z0-9+/]*={0,2})$/.exec(Buffer.from(this.#payload).toString('latin1')) ?? [];
    if (!maySet || this.#isTooLong || selection === undefined || text === undefined) return this.#drop();
    out.push(...Buffer.from(`\x1b]${CLIPBOARD};${selection};`));
    for (const byte of Buffer.from(text)) out.push(byte);
    out.push(BEL);
    this.#end();
  }

  #drop(): void {
    this.stripped += 1;
    this.#end();
  }

  #end(): void {
    this.#payload = [];
    this.#held = [];
    this.#state = 'text';
  }

  #hold(state: State, byte: number): void {
    if (state === 'escape' || state === 'c1') this.#held = [];
    this.#held.push(byte);
    this.#state = state;
  }

  /** It is none of ours. What comes now may begin one. */
  #release(byte: number | undefined, out: number[]): void {
    out.push(...this.#held);
    this.#end();
    if (byte !== undefined) this.#text(byte, out);
  }
}

/** Control characters that are carried out or ignored in the middle of a sequence, and do not end it. */
function isIgnored(byte: number): boolean {
  return (byte < 0x20 && byte !== ESC && byte !== CAN && byte !== SUB) || byte === DEL;
}
