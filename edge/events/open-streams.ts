/** How many streams each organization has open in this process; one more than its share is refused. */
import { Refusal } from '../../schema/refusal.ts';

const MOST_PER_CHAIN = 200;

export class OpenStreams {
  readonly #counts = new Map<string, number>();

  /** @returns what gives the place back. @throws Refusal `too_many_streams` */
  enter(chain: string): () => void {
    const count = this.#counts.get(chain) ?? 0;
    if (count >= MOST_PER_CHAIN) throw new Refusal('too_many_streams');
    this.#counts.set(chain, count + 1);
    return () => {
      const left = (this.#counts.get(chain) ?? 1) - 1;
      if (left > 0) this.#counts.set(chain, left);
      else this.#counts.delete(chain);
    };
  }
}
