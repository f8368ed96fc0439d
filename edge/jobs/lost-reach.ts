/**
 * Ends sessions that the clock alone took the right from: a grant that expired, a window that closed. Organizations are looked at when that happened to one of their grants since
 * the last run and somebody is in a session there; no others.
 */
import { and, eq, exists, gt, inArray, isNotNull, lte, or, sql } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import type { Window } from '../../schema/policy.ts';
import { LIVE_STATES } from '../../schema/session.ts';
import { grants, jobs, sessions } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { endLostByTime } from '../flows/ending-lost-reach.ts';
import { isWithin } from '../policy/window.ts';
import type { Job } from './job.ts';

const NAME = 'lost-reach';
/** Looked at twice: for sessions that were being opened while the last run looked, and for clocks that differ. */
const OVERLAP_MS = 60_000;
/** After a longer break, and after a failure, everything that time can take away is looked at. */
const BREAK_MS = 10 * 60_000;
/** No window is shorter than twice this. */
const STEP_MS = 30_000;

export const lostReachJob: Job = {
  name: NAME,
  intervalS: 30,
  run: async ({ services: { db, now }, until }) => {
    const at = new Date(now());
    const since = await db.platform((tx) => lastLook(tx, at));
    const orgs = await db.platform((tx) => lostSince(tx, since, at));
    let ended = 0;
    for (const org of orgs) {
      // A failure makes the next run look at everything: nothing is left out.
      if (now() >= until) throw new Error('there was more to end than fits into one run');
      const act = { org, actor: 'system', requestId: `job:${NAME}`, now: at } as const;
      ended += await db.org(org, (tx) => endLostByTime(tx, act, since));
    }
    return ended;
  },
};

/** Undefined where nobody knows. */
async function lastLook(tx: Tx, at: Date): Promise<Date | undefined> {
  const [last] = await tx.select().from(jobs).where(eq(jobs.name, NAME));
  if (!last?.finishedAt || last.durationMs === null || last.failures > 0) return undefined;
  const since = last.finishedAt.getTime() - last.durationMs - OVERLAP_MS;
  return at.getTime() - since > BREAK_MS ? undefined : new Date(since);
}

async function lostSince(tx: Tx, since: Date | undefined, at: Date): Promise<OrgId[]> {
  const live = tx
    .select({ one: sql`1` })
    .from(sessions)
    .where(and(eq(sessions.orgId, grants.orgId), inArray(sessions.state, LIVE_STATES)));
  const unexpired = since && gt(grants.expiresAt, since);
  const timed = await tx
    .selectDistinct({ org: grants.orgId, expiresAt: grants.expiresAt, window: grants.window })
    .from(grants)
    .where(and(or(isNotNull(grants.window), and(lte(grants.expiresAt, at), unexpired)), exists(live)));
  const closed = closings(since, at);
  const lost = timed.filter(
    ({ expiresAt, window }) => (expiresAt !== null && expiresAt <= at) || (window !== null && closed(window)),
  );
  return [...new Set(lost.map(({ org }) => org as OrgId))];
}

/** Whether a window is shut now and was not always so since then; each is worked out once. */
function closings(since: Date | undefined, at: Date): (window: Window) => boolean {
  const known = new Map<string, boolean>();
  const between = since ? (at.getTime() - since.getTime()) / STEP_MS : 0;
  const moments = Array.from({ length: Math.ceil(between) }, (_, n) => new Date(at.getTime() - n * STEP_MS));
  const closed = (window: Window) =>
    !isWithin(window, at) &&
    (since === undefined || [...moments, since].some((moment) => isWithin(window, moment)));
  return (window) => {
    const key = JSON.stringify(window);
    const answer = known.get(key) ?? closed(window);
    known.set(key, answer);
    return answer;
  };
}
