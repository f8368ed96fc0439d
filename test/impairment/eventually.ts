import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every few milliseconds. @throws Error with what there is instead, when it does not come true in time. */
export async function eventually(
  condition: () => boolean,
  withinMs: number,
  instead: () => string,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`after ${withinMs} ms: ${instead()}`);
    await sleep(5);
  }
}
