/** What a person at a terminal sees of a transfer: one line that is written over. Time is passed in. */

const EVERY_MS = 200;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `12.3 MB`. */
export function amount(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < UNITS.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

export class Progress {
  readonly #write: ((text: string) => void) | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #name = '';
  #size = 0;
  #done = 0;
  #moved = 0;

  /** @param write undefined: nobody looks */
  constructor(write: ((text: string) => void) | undefined, now: () => number) {
    this.#write = write;
    this.#now = now;
    this.#startedAt = now();
  }

  begin(name: string, size: number): void {
    [this.#name, this.#size, this.#done] = [name, size, 0];
    this.#show(true);
  }

  /** @param isNew it went over the line; else it was there already */
  add(bytes: number, isNew: boolean): void {
    this.#done += bytes;
    if (isNew) this.#moved += bytes;
    this.#show(this.#done >= this.#size);
  }

  end(): void {
    this.#write?.('\r\x1b[K');
  }

  get seconds(): number {
    return (this.#now() - this.#startedAt) / 1000;
  }

  #show(always: boolean): void {
    const now = this.#now();
    if (!this.#write || (!always && now - this.#shownAt < EVERY_MS)) return;
    this.#shownAt = now;
    const percent = this.#size === 0 ? 100 : Math.floor((this.#done * 100) / this.#size);
    const rate = this.seconds > 0 ? `${amount(Math.round(this.#moved / this.seconds))}/s` : '';
    // A name from the other side may hold what a terminal would obey.
    const name = this.#name.replace(/[^\P{C}]/gu, '?');
    this.#write(`\r\x1b[K${name}  ${percent} %  ${amount(this.#done)}  ${rate}`);
  }
}
