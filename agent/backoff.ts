/**
 * Waiting between tries: full jitter over a window that doubles (Exponential Backoff And Jitter, AWS Architecture Blog, 2015). The first window is wide, because
 * ten thousand agents lose the same server in the same moment: the width bounds how fast they come back.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** With 10,000 agents: 5,000 tries a second in the first wave, with the beginning of the second 7,500 at worst. */
export const FIRST_WINDOW_MS = 2_000;
/** With 10,000 agents: 333 tries a second for as long as the server stays away. */
export const WIDEST_WINDOW_MS = 60_000;

/** How long to wait after so many failures in a row (one or more); `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  const window = FIRST_WINDOW_MS * 2 ** Math.min(failures - 1, 10);
  return Math.floor(random * Math.min(window, WIDEST_WINDOW_MS));
}

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly isFinal?: (error: unknown) => boolean;
  readonly failed?: (error: unknown) => void;
  readonly random?: () => number;
}

/** Tries until it works, the signal aborts, or `isFinal` says that trying again is of no use. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    options.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (options.isFinal?.(error)) throw error;
      options.failed?.(error);
    }
    const wait = backoffMs(failures, (options.random ?? Math.random)());
    await sleep(wait, undefined, { signal: options.signal });
  }
}
