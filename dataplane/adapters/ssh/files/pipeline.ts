/** Several requests to the target at a time, in order, with a bound: a round trip to it is not waited for with each. */

/** Requests under way; with FILE_CHUNK this is half a megabyte. */
const UNDERWAY = 16;

/** Does each piece of work in turn, with several begun ahead, and gives results in order. What was begun is waited for, whatever happens. */
export async function* ahead<T>(works: Iterable<() => Promise<T>>): AsyncGenerator<T> {
  const underway: Promise<T>[] = [];
  const give = async () => (await underway.shift()) as T;
  try {
    for (const work of works) {
      const begun = work();
      begun.catch(() => {});
      underway.push(begun);
      if (underway.length >= UNDERWAY) yield await give();
    }
    while (underway.length > 0) yield await give();
  } finally {
    await Promise.allSettled(underway);
  }
}

/** The same for work that comes as it likes: `add` waits when enough is under way. */
export class Underway {
  readonly #all: Promise<void>[] = [];

  /** @throws what earlier work threw */
  async add(work: Promise<void>): Promise<void> {
    work.catch(() => {});
    this.#all.push(work);
    if (this.#all.length >= UNDERWAY) await this.#all.shift();
  }

  /** @throws what any threw */
  async settled(): Promise<void> {
    const all = this.#all.splice(0);
    await Promise.allSettled(all);
    await Promise.all(all);
  }
}
