/**
 * Datagrams for a writer that takes a few at a time and tells neither class nor key apart, as a browser's: what waits here is bounded, the
 * most urgent goes first, and a newer one takes the place of one with the same class and key.
 */
import type { TrafficClass } from '../../schema/channel.ts';
import type { DatagramOutcome } from './transport.ts';

/** Beyond, the oldest of the least urgent class goes. */
const WAITING = 256;
/** Handed to the writer and not yet taken by it. */
const UNDERWAY = 16;

interface Waiting {
  bytes: Uint8Array;
  readonly trafficClass: TrafficClass;
  readonly key: number | undefined;
}

export class DatagramQueue {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  #underway = 0;

  /** @param write resolves when the bytes were taken; rejects when nothing more will be */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  push(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome {
    if (key !== undefined) {
      const older = this.#waiting.find((other) => other.key === key && other.trafficClass === trafficClass);
      if (older) {
        older.bytes = bytes;
        return 'queued';
      }
    }
    this.#waiting.push({ bytes, trafficClass, key });
    const isFull = this.#waiting.length > WAITING;
    if (isFull)
      this.#waiting.splice(
        this.#first((one, best) => one > best),
        1,
      );
    this.#pump();
    return isFull ? 'dropped' : 'queued';
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  /** Where the first of the class that wins stands. */
  #first(wins: (one: TrafficClass, best: TrafficClass) => boolean): number {
    let found = 0;
    for (const [at, { trafficClass }] of this.#waiting.entries())
      if (wins(trafficClass, (this.#waiting[found] as Waiting).trafficClass)) found = at;
    return found;
  }

  #pump(): void {
    while (this.#underway < UNDERWAY && this.#waiting.length > 0) {
      const [next] = this.#waiting.splice(
        this.#first((one, best) => one < best),
        1,
      );
      if (!next) return;
      this.#underway += 1;
      this.#write(next.bytes).then(
        () => {
          this.#underway -= 1;
          this.#pump();
        },
        () => this.clear(),
      );
    }
  }
}
