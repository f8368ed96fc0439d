/** Work that goes on until it is told to stop: again and again, after a failure with backoff, between rounds asleep until the time is up or something wakes it. */
import { type RetryOptions, retry } from './backoff.ts';

export class Loops {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #sleepers = new Set<() => void>();
  readonly #failed: (error: unknown, what: string) => void;

  /** @param failed is told of each failure, but not of those that stopping causes */
  constructor(failed: (error: unknown, what: string) => void) {
    this.#failed = (error, what) => {
      if (!this.signal.aborted) failed(error, what);
    };
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Until it works once. */
  until<T>(work: () => Promise<T>, what: string, isFinal?: RetryOptions['isFinal']): Promise<T> {
    const failed = (error: unknown) => this.#failed(error, what);
    return retry(work, { signal: this.signal, failed, ...(isFinal ? { isFinal } : {}) });
  }

  start(work: () => Promise<void>, what: string): void {
    const forever = async () => {
      while (!this.signal.aborted) await this.until(work, what).catch(() => {});
    };
    this.#running.push(forever());
  }

  /** Until the time is up, or something woke it, or it is told to stop. */
  pause(ms: number): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }

  wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** No new round begins; what is in the middle of one is waited for by `ended`. */
  stop(): void {
    this.#closing.abort();
    this.wake();
  }

  async ended(): Promise<void> {
    await Promise.allSettled(this.#running);
  }
}
