/**
 * Token buckets: how much may go, and when. Arithmetic only; time is passed in, milliseconds. What goes is taken at once, also beyond what is there:
 * whoever comes next waits until that is made up for, so nothing needs to be cut to fit.
 */

/** A bucket holds what its rate gives in so long, milliseconds: enough that timers do not slow it, and no burst that anyone feels. */
const BURST_MS = 100;

export class TokenBucket {
  #rate: number;
  #level: number;
  #at: number;

  /** @param rate bytes a second */
  constructor(rate: number, now: number) {
    this.#rate = rate;
    this.#level = this.#most;
    this.#at = now;
  }

  /** From now on. */
  setRate(rate: number, now: number): void {
    this.#fill(now);
    this.#rate = rate;
    this.#level = Math.min(this.#level, this.#most);
  }

  take(bytes: number, now: number): void {
    this.#fill(now);
    this.#level -= bytes;
  }

  /** Milliseconds until something may go; 0: now. */
  wait(now: number): number {
    this.#fill(now);
    return this.#level > 0 ? 0 : Math.max(1, Math.ceil(((1 - this.#level) / this.#rate) * 1000));
  }

  /** What is there, bytes: what may go at once without owing. */
  room(now: number): number {
    this.#fill(now);
    return Math.max(0, Math.floor(this.#level));
  }

  get #most(): number {
    return (this.#rate * BURST_MS) / 1000;
  }

  #fill(now: number): void {
    this.#level = Math.min(this.#most, this.#level + ((now - this.#at) / 1000) * this.#rate);
    this.#at = Math.max(now, this.#at);
  }
}

/**
 * One limit, one way. What is urgent (control, input, terminal) waits only for what is urgent itself, and all else makes up for it: together they
 * keep to the rate, and a copy never makes anybody's typing wait.
 */
export class Limit {
  readonly #urgent: TokenBucket;
  readonly #all: TokenBucket;

  constructor(rate: number, now: number) {
    this.#urgent = new TokenBucket(rate, now);
    this.#all = new TokenBucket(rate, now);
  }

  setRate(rate: number, now: number): void {
    this.#urgent.setRate(rate, now);
    this.#all.setRate(rate, now);
  }

  take(bytes: number, urgent: boolean, now: number): void {
    this.#all.take(bytes, now);
    if (urgent) this.#urgent.take(bytes, now);
  }

  wait(urgent: boolean, now: number): number {
    return (urgent ? this.#urgent : this.#all).wait(now);
  }

  room(urgent: boolean, now: number): number {
    return (urgent ? this.#urgent : this.#all).room(now);
  }
}
