/** What it takes to go on after a path died: which records were not acknowledged, and which numbers were seen. Arithmetic only. */

/** Bytes of sealed records a sender keeps. More than that waits for acknowledgements. */
export const WINDOW_BYTES = 2 << 20;
/** A receiver acknowledges after so many bytes when nothing goes the other way to say it with. */
export const ACK_BYTES = WINDOW_BYTES / 8;

/** Records that were sealed and not acknowledged, oldest first. What goes over a second path is the same bytes: a number is sealed once. */
export class SendWindow {
  #records: Uint8Array[] = [];
  /** Place of the oldest in `#records`: what is before it is let go in one go now and then. */
  #head = 0;
  #first = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The number that the next record gets. */
  get next(): number {
    return this.#first + this.#records.length - this.#head;
  }

  /** All records before this number have arrived. */
  get acknowledged(): number {
    return this.#first;
  }

  push(record: Uint8Array): void {
    this.#records.push(record);
    this.#bytes += record.length;
  }

  /** @returns false when that was never sent. An older acknowledgement than the last says nothing new. */
  acknowledge(next: number): boolean {
    if (next > this.next) return false;
    for (; this.#first < next; this.#first += 1) {
      this.#bytes -= this.#records[this.#head]?.length ?? 0;
      this.#records[this.#head] = NONE;
      this.#head += 1;
    }
    if (this.#head === this.#records.length || this.#head > 1024) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
    return true;
  }

  /** What goes over a new path: from this number on, or from the oldest. */
  waiting(from = this.#first): readonly Uint8Array[] {
    return this.#records.slice(this.#head + Math.max(0, from - this.#first));
  }
}

const NONE = new Uint8Array();

/** Numbers of which each is good once. Streams overtake each other, so it remembers the last SPAN; what is older counts as seen. */
export class SeenNumbers {
  static readonly SPAN = 1024;
  readonly #seen = new Set<number>();
  #highest = 0;

  has(number: number): boolean {
    return number <= this.#highest - SeenNumbers.SPAN || this.#seen.has(number);
  }

  add(number: number): void {
    this.#seen.add(number);
    if (number <= this.#highest) return;
    this.#highest = number;
    for (const old of this.#seen) if (old <= number - SeenNumbers.SPAN) this.#seen.delete(old);
  }
}
