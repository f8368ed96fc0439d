/** Sessions of an organization as rows, for those who look after them: never with the node they are on. */
import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type {
  ManagedSession,
  ManagedSessionList,
  ManagedSessionQuery,
} from '../../../schema/api/sessions.ts';
import { type OrgId, type ResourceId, SessionId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { LIVE_STATES, OVER_STATES } from '../../../schema/session.ts';
import { resources, serviceAccounts, sessions, users } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';

/** @throws Refusal `not_found` */
export async function requireSession(tx: Tx, org: OrgId, id: SessionId): Promise<void> {
  const [found] = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.orgId, org), eq(sessions.id, id)));
  if (!found) throw new Refusal('not_found');
}

function inState(state: ManagedSessionQuery['state']): SQL | undefined {
  if (state === undefined) return undefined;
  if (state === 'live') return inArray(sessions.state, LIVE_STATES);
  if (state === 'over') return inArray(sessions.state, OVER_STATES);
  return eq(sessions.state, state);
}

/** By time and id, so that sessions of one instant are neither lost nor shown twice; compared where microseconds are not rounded. */
const olderThan = (id: SessionId) =>
  sql`(${sessions.createdAt}, ${sessions.id}) < (select s.created_at, s.id from sessions s where s.id = ${id})`;

/** @throws Refusal `not_found` where the session that it begins after is not there (any more) */
export async function sessionPage(
  tx: Tx,
  org: OrgId,
  { holder, resource, state, before, limit }: ManagedSessionQuery,
): Promise<z.infer<typeof ManagedSessionList>> {
  if (before !== undefined) await requireSession(tx, org, before);
  const rows = await tx
    .select({
      session: sessions,
      resourceName: resources.name,
      protocol: resources.protocol,
      user: { name: users.name, email: users.email },
      account: serviceAccounts.name,
    })
    .from(sessions)
    .innerJoin(resources, eq(resources.id, sessions.resourceId))
    // Under the tenant's policy these show members and accounts of this organization only.
    .leftJoin(users, eq(users.id, sessions.userId))
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, sessions.userId))
    .where(
      and(
        eq(sessions.orgId, org),
        holder === undefined ? undefined : eq(sessions.userId, holder),
        resource === undefined ? undefined : eq(sessions.resourceId, resource),
        inState(state),
        before === undefined ? undefined : olderThan(before),
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(limit + 1);
  const views = rows.slice(0, limit).map(viewOf);
  return { sessions: views, next: rows.length > limit ? (views.at(-1)?.id ?? null) : null };
}

interface Row {
  readonly session: typeof sessions.$inferSelect;
  readonly resourceName: string;
  readonly protocol: ManagedSession['protocol'];
  readonly user: { readonly name: string; readonly email: string } | null;
  readonly account: string | null;
}

function viewOf({ session, resourceName, protocol, user, account }: Row): ManagedSession {
  return {
    id: SessionId.parse(session.id),
    resource: session.resourceId as ResourceId,
    resourceName,
    protocol,
    holder: holderOf(session.userId, user, account),
    state: session.state,
    createdAt: session.createdAt.toISOString(),
    changedAt: session.changedAt.toISOString(),
    reason: session.reason,
  };
}

function holderOf(id: string, user: Row['user'], account: string | null): ManagedSession['holder'] {
  if (user) return { type: 'user', id, ...user };
  if (account !== null) return { type: 'service_account', id, name: account, email: null };
  return { type: 'gone', id, name: null, email: null };
}
