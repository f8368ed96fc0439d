/** Ends a session when its policy's time is over, and says so before. One timer. */
import type { SessionPolicy } from '../../schema/session-policy.ts';
import { END_REASON, nextEnd, type TimeLimit, warnsBefore } from './time-limits.ts';

/** Longest that a timer of Node's may be, milliseconds. */
const MOST_MS = 2 ** 31 - 1;

export interface ClockEvents {
  warn(limit: TimeLimit, seconds: number): void;
  end(reason: string): void;
}

export class SessionClock {
  readonly #limits: Pick<SessionPolicy, 'idleSeconds' | 'maxSeconds'>;
  readonly #now: () => number;
  readonly #events: ClockEvents;
  readonly #startedAt: number;
  #inputAt: number;
  #warned: TimeLimit | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    limits: Pick<SessionPolicy, 'idleSeconds' | 'maxSeconds'>,
    now: () => number,
    events: ClockEvents,
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#events = events;
    this.#startedAt = now();
    this.#inputAt = this.#startedAt;
    this.#look();
  }

  /** Somebody typed. The timer finds out by itself: this is on the way of every keystroke. */
  input(): void {
    this.#inputAt = this.#now();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const due = nextEnd(this.#limits, {
      startedAt: this.#startedAt,
      inputAt: this.#inputAt,
      now: this.#now(),
    });
    if (!due) return;
    const { limit, leftMs } = due;
    if (leftMs <= 0) return this.#events.end(END_REASON[limit]);
    const ahead = warnsBefore(this.#limits, limit);
    if (leftMs > ahead) this.#warned = undefined;
    else if (this.#warned !== limit) {
      this.#warned = limit;
      this.#events.warn(limit, Math.ceil(leftMs / 1000));
    }
    // While it is warned of, typing may take the warning back at any time: the end is the next look.
    const wait = leftMs > ahead ? leftMs - ahead : leftMs;
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.ceil(wait), MOST_MS));
    this.#timer.unref();
  }
}
