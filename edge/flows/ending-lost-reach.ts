/**
 * Around every change of who holds what: sessions that the change leaves without what they were opened with are ended in the same
 * transaction. What a grant allowed by the clock alone (its expiry, its window) ends with the next such change, or the next attachment.
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

type Reach = Map<string, ChannelGrants | undefined>;

export async function endingLostReach<T>(tx: Tx, act: Act, change: () => Promise<T>): Promise<T> {
  const before = await liveReach(tx, act.org, act.now);
  const done = await change();
  if (before.size === 0) return done;
  const after = await liveReach(tx, act.org, act.now);
  const lost = [...before].filter(([id, was]) => {
    const now = after.get(id);
    return after.has(id) && (now === undefined || !isAtLeast(now, was));
  });
  const ids = lost.map(([id]) => id);
  await endSessions(tx, act, ids, 'its holder may no longer do this');
  return done;
}

/** What the holder of each live session may do with its resource now. */
async function liveReach(tx: Tx, org: OrgId, now: Date): Promise<Reach> {
  const live = await tx
    .select({ id: sessions.id, holder: sessions.userId, resource: resources })
    .from(sessions)
    .innerJoin(resources, eq(resources.id, sessions.resourceId))
    .where(and(eq(sessions.orgId, org), inArray(sessions.state, LIVE_STATES)));
  if (live.length === 0) return new Map();
  const holders = [...new Set(live.map(({ holder }) => holder))];
  const people = await holdingsOfPeople(tx, org, holders);
  const accounts = await holdingsOfAccounts(tx, org, holders);
  const grants = await loadGrants(tx, org);
  const reachOf = (holder: string, resource: (typeof live)[number]['resource']) => {
    const [type, holding] = people.has(holder)
      ? (['user', people.get(holder)] as const)
      : (['service_account', accounts.get(holder)] as const);
    if (!mayUse(holding)) return undefined;
    const { roles, groups } = holding;
    return allowedChannels({ type, id: holder, roles, groups }, resource, grants, now);
  };
  return new Map(live.map(({ id, holder, resource }) => [id, reachOf(holder, resource)]));
}

function mayUse(holding: Holding | undefined): holding is Holding {
  return holding?.permissions.has('resources.use') ?? false;
}
