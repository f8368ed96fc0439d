/** When to try again after a lost connection: soon at first, then ever less often, spread at random so that many pages don't come at once. */

const FIRST_MS = 300;
const MOST_MS = 15_000;

/** @param tries how often it failed so far, from 0. @param random in [0, 1) */
export function retryDelay(tries: number, random: number): number {
  const most = Math.min(FIRST_MS * 2 ** tries, MOST_MS);
  return most / 2 + (most / 2) * random;
}
