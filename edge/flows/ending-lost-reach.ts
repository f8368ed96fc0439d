/**
 * Around every change of who holds what: sessions that the change leaves without what they were opened with are ended in the same
 * transaction. What the clock alone takes away (a grant's expiry, its window) is ended by a job, within a minute.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { ChannelGrants } from '../../schema/channel.ts';
import type { OrgId } from '../../schema/ids.ts';
import { LIVE_STATES } from '../../schema/session.ts';
import { resources, sessions } from '../../schema/tables/index.ts';
import type { Act } from '../act.ts';
import type { Tx } from '../db.ts';
import { allowedChannels, isAtLeast } from '../policy/evaluate.ts';
import { loadGrants } from '../policy/grants.ts';
import { type Holding, holdingsOfAccounts, holdingsOfPeople } from '../policy/holdings.ts';
import { endSessions } from './end-sessions.ts';

interface Live {
  readonly id: string;
  readonly createdAt: Date;
  /** When it was last attached to, left or taken over. */
  readonly changedAt: Date;
  /** What its holder may do with its resource at that moment, as things are now. */
  readonly reachAt: (moment: Date) => ChannelGrants | undefined;
}

const REASON = 'its holder may no longer do this';

export async function endingLostReach<T>(tx: Tx, act: Act, change: () => Promise<T>): Promise<T> {
  const before = new Map((await liveSessions(tx, act.org)).map((live) => [live.id, live.reachAt(act.now)]));
  const done = await change();
  if (before.size === 0) return done;
  const after = await liveSessions(tx, act.org);
  const lost = after.filter(({ id, reachAt }) => before.has(id) && hasLess(reachAt(act.now), before.get(id)));
  await end(tx, act, lost);
  return done;
}

/**
 * Ends what has less now than at any moment that counts: when it was opened or last changed hands, and, where that is earlier, at `since`.
 * @param since undefined where nobody knows when this was asked last
 * @returns how many were ended
 */
export async function endLostByTime(tx: Tx, act: Act, since: Date | undefined): Promise<number> {
  const live = await liveSessions(tx, act.org);
  const lost = live.filter(({ createdAt, changedAt, reachAt }) => {
    const now = reachAt(act.now);
    const moments = [createdAt, changedAt].map((moment) => (since && since > moment ? since : moment));
    return moments.some((moment) => hasLess(now, reachAt(moment)));
  });
  await end(tx, act, lost);
  return lost.length;
}

function hasLess(now: ChannelGrants | undefined, was: ChannelGrants | undefined): boolean {
  return now === undefined || !isAtLeast(now, was);
}

function end(tx: Tx, act: Act, lost: readonly Live[]): Promise<void> {
  return endSessions(
    tx,
    act,
    lost.map(({ id }) => id),
    REASON,
  );
}

async function liveSessions(tx: Tx, org: OrgId): Promise<Live[]> {
  const { id, userId: holder, createdAt, changedAt } = sessions;
  const live = await tx
    .select({ id, holder, createdAt, changedAt, resource: resources })
    .from(sessions)
    .innerJoin(resources, eq(resources.id, sessions.resourceId))
    .where(and(eq(sessions.orgId, org), inArray(sessions.state, LIVE_STATES)));
  if (live.length === 0) return [];
  const holders = [...new Set(live.map((session) => session.holder))];
  const people = await holdingsOfPeople(tx, org, holders);
  const accounts = await holdingsOfAccounts(tx, org, holders);
  const grants = await loadGrants(tx, org);
  return live.map(({ holder: of, resource, ...session }) => {
    const [type, holding] = people.has(of)
      ? (['user', people.get(of)] as const)
      : (['service_account', accounts.get(of)] as const);
    const reachAt = (moment: Date) => {
      if (!mayUse(holding)) return undefined;
      const { roles, groups } = holding;
      return allowedChannels({ type, id: of, roles, groups }, resource, grants, moment);
    };
    return { ...session, reachAt };
  });
}

function mayUse(holding: Holding | undefined): holding is Holding {
  return holding?.permissions.has('resources.use') ?? false;
}
