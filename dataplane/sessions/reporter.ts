/** Tells the control plane what became of a session: in order, again and again until it was heard or knows better. */
import { backoffMs } from '../../schema/backoff.ts';
import type { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { ServiceControl, SessionReport } from './control.ts';

const BACKOFF_MS = { first: 200, most: 15_000 } as const;
/** States a session goes through while the control plane is away; only the newest matter then. */
const MAX_WAITING = 256;

export class Reporter {
  readonly #control: ServiceControl;
  readonly #session: SessionId;
  readonly #onRefused: () => void;
  readonly #waiting: SessionReport[] = [];
  #sending = false;
  #stopped = false;

  /** @param onRefused the control plane says that this session is another's or over */
  constructor(control: ServiceControl, session: SessionId, onRefused: () => void) {
    this.#control = control;
    this.#session = session;
    this.#onRefused = onRefused;
  }

  report(report: SessionReport): void {
    if (this.#waiting.length >= MAX_WAITING) this.#drop();
    this.#waiting.push(report);
    if (!this.#sending) void this.#send();
  }

  /** States in between go first, then the oldest of who came and left; never the one on its way. */
  #drop(): void {
    const between = this.#waiting.findIndex(({ control }, at) => at > 0 && control === undefined);
    this.#waiting.splice(between > 0 ? between : 1, 1);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #send(): Promise<void> {
    this.#sending = true;
    let failures = 0;
    for (let next = this.#waiting[0]; next && !this.#stopped; next = this.#waiting[0]) {
      try {
        await this.#control.report(this.#session, next);
        this.#waiting.shift();
        failures = 0;
      } catch (error) {
        if (error instanceof Refusal && error.status < 500 && error.code !== 'rate_limited') {
          this.#waiting.shift();
          if (error.code === 'stale_generation' || error.code === 'not_found') this.#onRefused();
          continue;
        }
        failures += 1;
        const wait = backoffMs(BACKOFF_MS, failures, Math.random());
        await new Promise((resolve) => setTimeout(resolve, wait).unref());
      }
    }
    this.#sending = false;
  }
}
