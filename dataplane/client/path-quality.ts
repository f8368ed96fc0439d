/** Has the path to a session become worse than it was? From round trips, one every few seconds; no clock, no effect. */

/** So much slower than at its best, and so often in a row. */
const WORSE = { ratio: 2, ms: 40, times: 3 } as const;
/** Looks after which a search is not repeated. */
const PATIENCE = 12;

export class PathQuality {
  #best = Number.POSITIVE_INFINITY;
  #worse = 0;
  #resting = 0;

  restart(): void {
    this.#best = Number.POSITIVE_INFINITY;
    this.#worse = 0;
  }

  /** @returns whether it is time to look for another entry */
  saw(rttMs: number): boolean {
    this.#best = Math.min(this.#best, rttMs);
    this.#worse = rttMs > this.#best * WORSE.ratio + WORSE.ms ? this.#worse + 1 : 0;
    if (this.#resting > 0) this.#resting -= 1;
    if (this.#worse < WORSE.times || this.#resting > 0) return false;
    this.#resting = PATIENCE;
    return true;
  }
}
