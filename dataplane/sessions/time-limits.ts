/** When a session ends by the clock, and when that is said before. Pure. */
import type { SessionPolicy } from '../../schema/session-policy.ts';

export type TimeLimit = 'idle' | 'max';
export interface Due {
  readonly limit: TimeLimit;
  /** Milliseconds until it ends; 0 and below: now. */
  readonly leftMs: number;
}

/** How long before the end it is said: two minutes, or a fifth of a limit that is short. */
const WARN_MS = 120_000;
const WARN_SHARE = 0.2;

export interface Clock {
  readonly startedAt: number;
  readonly inputAt: number;
  readonly now: number;
}

type Limits = Pick<SessionPolicy, 'idleSeconds' | 'maxSeconds'>;

/** What ends it first; undefined without limits. */
export function nextEnd(
  { idleSeconds, maxSeconds }: Limits,
  { startedAt, inputAt, now }: Clock,
): Due | undefined {
  const idle = idleSeconds === null ? undefined : inputAt + idleSeconds * 1000 - now;
  const max = maxSeconds === null ? undefined : startedAt + maxSeconds * 1000 - now;
  if (max !== undefined && (idle === undefined || max <= idle)) return { limit: 'max', leftMs: max };
  return idle === undefined ? undefined : { limit: 'idle', leftMs: idle };
}

/** From how long before it is said, milliseconds. */
export function warnsBefore(limits: Limits, limit: TimeLimit): number {
  const seconds = limit === 'idle' ? limits.idleSeconds : limits.maxSeconds;
  return Math.min(WARN_MS, (seconds ?? 0) * 1000 * WARN_SHARE);
}

export const END_REASON: Readonly<Record<TimeLimit, string>> = {
  idle: 'nobody typed for as long as the policy allows',
  max: 'it lasted as long as the policy allows',
};
