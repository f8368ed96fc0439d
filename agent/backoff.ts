/**
 * Trying again, with full jitter. The first window is wide, because
 * ten thousand agents lose the same server in the same moment: the width bounds how fast they come back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffMs } from '../schema/backoff.ts';

/** With 10,000 agents: 5,000 tries a second in the first wave, with the beginning of the second 7,500 at worst. */
export const FIRST_WINDOW_MS = 2_000;
/** With 10,000 agents: 333 tries a second for as long as the server stays away. */
export const WIDEST_WINDOW_MS = 60_000;

export const BACKOFF = { first: FIRST_WINDOW_MS, most: WIDEST_WINDOW_MS } as const satisfies Backoff;

/** Who lost its live connection opens another within this, asks for news within that: all that ten thousand agents do at once stays below 7,500 tries a second. */
export const COME_BACK_MS = { live: 20_000, snapshot: 20_000 } as const;

/** Failures in a row of several who ask the same server: each failure of one widens the window of all, so that together they ask as one would. */
export interface Failures {
  count: number;
}

export interface RetryOptions {
  readonly failures?: Failures;
  readonly signal: AbortSignal;
  readonly isFinal?: (error: unknown) => boolean;
  readonly failed?: (error: unknown) => void;
  readonly random?: () => number;
}

/** Tries until it works, the signal aborts, or `isFinal` says that trying again is of no use. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const failures = options.failures ?? { count: 0 };
  for (;;) {
    options.signal.throwIfAborted();
    try {
      const done = await work();
      failures.count = 0;
      return done;
    } catch (error) {
      if (options.isFinal?.(error)) throw error;
      options.failed?.(error);
      failures.count += 1;
    }
    const wait = backoffMs(BACKOFF, failures.count, (options.random ?? Math.random)());
    await sleep(wait, undefined, { signal: options.signal });
  }
}
