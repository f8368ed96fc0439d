/** What follows from one attempt to deliver. Pure. */

import { backoffMs } from '../../schema/backoff.ts';
import type { DeliveryState } from '../../schema/tables/index.ts';

const DAY_MS = 86_400_000;
const BACKOFF = { first: 5_000, most: 2 * 3_600_000 };
const GONE = 410;

export interface Attempt {
  readonly status?: number;
  readonly answer?: string;
  readonly error?: string;
}

export interface Before {
  /** With this one. */
  readonly attempts: number;
  readonly createdAt: number;
  readonly failingSince: number | null;
}

export interface Verdict {
  readonly state: DeliveryState;
  readonly nextAt: number;
  readonly failingSince: number | null;
  /** Why the webhook is switched off. */
  readonly disable?: string;
}

export const isSuccess = (status: number) => status >= 200 && status < 300;

export function afterAttempt({ status }: Attempt, before: Before, now: number, random: number): Verdict {
  if (status !== undefined && isSuccess(status))
    return { state: 'delivered', nextAt: now, failingSince: null };
  const failingSince = before.failingSince ?? now;
  if (status === GONE)
    return {
      state: 'dead',
      nextAt: now,
      failingSince,
      disable: 'the receiver answered that it is gone for good',
    };
  const isGivenUp = now - before.createdAt >= DAY_MS;
  return {
    state: isGivenUp ? 'dead' : 'pending',
    nextAt: now + backoffMs(BACKOFF, before.attempts, random),
    failingSince,
    ...(now - failingSince >= DAY_MS ? { disable: 'nothing was delivered for a day' } : {}),
  };
}
