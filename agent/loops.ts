/** Work that goes on until it is told to stop: again and again, after a failure with backoff, between rounds asleep until the time is up or something wakes it. */
import { type Failures, type RetryOptions, retry } from './backoff.ts';

export class Loops {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #sleepers = new Set<() => void>();
  readonly #failed: (error: unknown, what: string) => void;
  readonly #now: () => number;
  /** When each loop last began or failed a round. */
  readonly #turned = new Map<string, number>();

  /** @param failed is told of each failure, but not of those that stopping causes */
  constructor(failed: (error: unknown, what: string) => void, now = () => performance.now()) {
    this.#now = now;
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

  /** @param mayWait a round of it may take as long as it likes; `failures` of those who ask the same server */
  start(
    work: () => Promise<void>,
    what: string,
    { mayWait = false, failures }: { mayWait?: boolean; failures?: Failures } = {},
  ): void {
    const round = () => {
      if (!mayWait) this.#turned.set(what, this.#now());
      return work();
    };
    const forever = async () => {
      const failed = (error: unknown) => this.#failed(error, what);
      const options = { signal: this.signal, failed, ...(failures ? { failures } : {}) };
      while (!this.signal.aborted) await retry(round, options).catch(() => {});
    };
    this.#running.push(forever());
  }

  /** Those whose round has gone on for longer than this, milliseconds. */
  stuck(ms: number): string[] {
    const since = this.#now() - ms;
    return [...this.#turned].filter(([, at]) => at < since).map(([what]) => what);
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
