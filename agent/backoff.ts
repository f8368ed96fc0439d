/** Waiting between tries: full jitter, so that a herd that lost the same server does not come back at once. */
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 250;
const MOST_MS = 30_000;

/** Tries until it works, the signal aborts, or `isFinal` says that trying again is of no use. */
export async function retry<T>(
  work: () => Promise<T>,
  options: { signal: AbortSignal; isFinal?: (error: unknown) => boolean; failed?: (error: unknown) => void },
): Promise<T> {
  for (let most = FIRST_MS; ; most = Math.min(most * 2, MOST_MS)) {
    options.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (options.isFinal?.(error)) throw error;
      options.failed?.(error);
    }
    await sleep(Math.random() * most, undefined, { signal: options.signal });
  }
}
