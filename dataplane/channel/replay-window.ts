/**
 * Which of a channel's datagrams have come (RFC 6479, as WireGuard does it): a ring of bits that moves in whole words, so that moving it clears words
 * and shifts nothing. Arithmetic only.
 */

const WORD = 32;
const WORDS = 256;
/** A number that is further behind the highest than this is refused. */
export const REPLAY_WINDOW = (WORDS - 1) * WORD;

export class ReplayWindow {
  readonly #ring = new Uint32Array(WORDS);
  #highest = 0;

  /** It may still come: cheap, and asked before a datagram is opened. */
  mayCome(number: number): boolean {
    if (number > this.#highest) return true;
    if (this.#highest - number > REPLAY_WINDOW) return false;
    return (this.#word(number) & bit(number)) === 0;
  }

  /** It came, and is genuine. @returns false when it came before, or is too old to tell */
  take(number: number): boolean {
    if (!this.mayCome(number)) return false;
    if (number > this.#highest) this.#moveTo(number);
    const at = wordOf(number) % WORDS;
    this.#ring[at] = this.#word(number) | bit(number);
    return true;
  }

  #moveTo(number: number): void {
    const from = wordOf(this.#highest);
    const words = Math.min(wordOf(number) - from, WORDS);
    for (let word = 1; word <= words; word += 1) this.#ring[(from + word) % WORDS] = 0;
    this.#highest = number;
  }

  #word(number: number): number {
    return this.#ring[wordOf(number) % WORDS] ?? 0;
  }
}

// Numbers have 48 bits: JavaScript's own bit operations have 32.
const wordOf = (number: number) => Math.floor(number / WORD);
const bit = (number: number) => 1 << (number % WORD);
