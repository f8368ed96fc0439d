/** `~.` at the start of a line leaves the session, as in ssh; `~~` types one `~`; `~y` and `~n` answer who asks for control, while somebody does. */

const TILDE = 0x7e;
const DOT = 0x2e;
const YES = 0x79;
const NO = 0x6e;
const LINE_ENDS = new Set([0x0a, 0x0d]);

export class EscapeFilter {
  readonly #leave: () => void;
  #atLineStart = true;
  #held = false;

  readonly #answer: (allow: boolean) => boolean;

  /** @param answer false when nobody had asked */
  constructor(leave: () => void, answer: (allow: boolean) => boolean = () => false) {
    this.#leave = leave;
    this.#answer = answer;
  }

  /** What of the typed bytes is for the other side. */
  push(bytes: Uint8Array): Uint8Array {
    const out: number[] = [];
    for (const octet of bytes) {
      if (this.#held) {
        this.#held = false;
        if (octet === DOT) {
          this.#leave();
          return Uint8Array.from(out);
        }
        if ((octet === YES || octet === NO) && this.#answer(octet === YES)) continue;
        out.push(TILDE);
        if (octet === TILDE) {
          this.#atLineStart = false;
          continue;
        }
      } else if (octet === TILDE && this.#atLineStart) {
        this.#held = true;
        continue;
      }
      out.push(octet);
      this.#atLineStart = LINE_ENDS.has(octet);
    }
    return Uint8Array.from(out);
  }
}
