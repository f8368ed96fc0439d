/** A piece of background work: short, bounded, safe to stop anywhere and to start again. */
import type { Services } from '../services.ts';

export interface JobContext {
  readonly services: Services;
  /** Milliseconds since the epoch by which it should be back; what is left waits for the next run. */
  readonly until: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface Job {
  readonly name: string;
  /** At least so many seconds between two runs. */
  readonly intervalS: number;
  /** @returns how many things it did */
  run(context: JobContext): Promise<number>;
}

/** Repeats a batch until one is not full or the time is over. */
export async function inBatches(
  { services, until }: JobContext,
  size: number,
  batch: (size: number) => Promise<number>,
): Promise<number> {
  for (let done = 0; ; ) {
    const count = await batch(size);
    done += count;
    if (count < size || services.now() >= until) return done;
  }
}
