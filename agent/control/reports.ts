/**
 * What roles have to say about their sessions, until the control plane has heard it: one place per session, where a newer state takes the place of an older. A control
 * plane that is away for a day costs as much memory as one that is away for a second.
 */
import type { SessionReport } from '../../dataplane/sessions/control.ts';
import type { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { retry } from '../backoff.ts';

/** As many as one heartbeat may name; the next is refused `overloaded`, and its role tries again. */
const MAX_SESSIONS = 10_000;

interface Waiting {
  report: SessionReport;
  heard: PromiseWithResolvers<void>;
}

export interface ReportsOptions {
  /** @throws Refusal */
  readonly send: (session: SessionId, report: SessionReport) => Promise<void>;
  readonly signal: AbortSignal;
  readonly retry?: typeof retry;
}

/** Trying again may help: the fault is the way or the server, not the report. */
const mayHeal = (error: unknown) =>
  !(error instanceof Refusal) || error.status >= 500 || error.code === 'rate_limited';

export class Reports {
  readonly #options: ReportsOptions;
  readonly #waiting = new Map<SessionId, Waiting>();
  #working = false;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when the control plane has heard this, or something newer of the same session. @throws Refusal what it answered; `overloaded` */
  report(session: SessionId, report: SessionReport): Promise<void> {
    const known = this.#waiting.get(session);
    if (known) {
      if (report.generation >= known.report.generation) known.report = report;
      return known.heard.promise;
    }
    if (this.#waiting.size >= MAX_SESSIONS) return Promise.reject(new Refusal('overloaded'));
    const heard = Promise.withResolvers<void>();
    heard.promise.catch(() => {});
    this.#waiting.set(session, { report, heard });
    if (!this.#working) void this.#work();
    return heard.promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (const [session, waiting] of this.#waiting) await this.#deliver(session, waiting);
    this.#working = false;
  }

  async #deliver(session: SessionId, waiting: Waiting): Promise<void> {
    const { send, signal } = this.#options;
    const again = this.#options.retry ?? retry;
    let failure: unknown;
    let sent: SessionReport;
    do {
      failure = undefined;
      sent = waiting.report;
      const work = () => {
        sent = waiting.report;
        return send(session, sent);
      };
      await again(work, { signal, isFinal: (error) => !mayHeal(error) }).catch((error: unknown) => {
        failure = error;
      });
      // Something newer came while this was on its way.
    } while (!signal.aborted && sent !== waiting.report);
    this.#waiting.delete(session);
    if (failure === undefined) waiting.heard.resolve();
    else waiting.heard.reject(failure instanceof Refusal ? failure : new Refusal('unavailable'));
  }
}
