/** Does a neighbour still answer? What is on its way to it is acknowledged within a round trip, or something is wrong. Pure: the clock comes in. */

/** Milliseconds: the least patience, and what comes with each round trip of the link. */
const PATIENCE = { least: 180, perRtt: 4, more: 50 } as const;
/** A look that comes so late says more of this process than of the neighbour. */
const STALLED_MS = 150;

export interface Sight {
  readonly packetsReceived: number;
  readonly bytesInFlight: number;
  readonly rttMs: number;
}

export class LinkHealth {
  #received = 0;
  #waitingSince: number | undefined;
  #lookedAt = 0;
  #isFailing = false;

  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** @returns whether it fails now: something is on its way and nothing at all came back in time */
  look(now: number, { packetsReceived, bytesInFlight, rttMs }: Sight): boolean {
    const gap = now - this.#lookedAt;
    this.#lookedAt = now;
    if (packetsReceived !== this.#received || bytesInFlight === 0) {
      this.#received = packetsReceived;
      this.#waitingSince = undefined;
      this.#isFailing = false;
      return false;
    }
    // While this process stood still, answers may have come that it has not looked at.
    if (this.#waitingSince === undefined) this.#waitingSince = now;
    else if (gap > STALLED_MS) this.#waitingSince = Math.min(now, this.#waitingSince + gap);
    const patience = Math.max(PATIENCE.least, PATIENCE.perRtt * rttMs + PATIENCE.more);
    if (now - this.#waitingSince >= patience) this.#isFailing = true;
    return this.#isFailing;
  }
}
