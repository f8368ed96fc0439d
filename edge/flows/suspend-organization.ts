/** Suspends an organization: its sessions end, and everything else in it waits. Resumed, all is as it was, but for the sessions. */
import { and, eq, inArray } from 'drizzle-orm';
import { Refusal } from '../../schema/refusal.ts';
import { LIVE_STATES } from '../../schema/session.ts';
import { organizations, sessions } from '../../schema/tables/index.ts';
import { type Act, recordAct } from '../act.ts';
import type { Tx } from '../db.ts';
import { endSessions } from './end-sessions.ts';

/** In a transaction of the platform. @throws Refusal `not_found`, `conflict` */
export async function suspendOrganization(tx: Tx, act: Act, reason: string): Promise<void> {
  if (await isSuspended(tx, act)) throw new Refusal('conflict', 'this organization is suspended already');
  await tx.update(organizations).set({ suspendedAt: act.now }).where(eq(organizations.id, act.org));
  const live = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.orgId, act.org), inArray(sessions.state, LIVE_STATES)));
  await endSessions(
    tx,
    act,
    live.map(({ id }) => id),
    'the organization was suspended',
  );
  await recordAct(tx, act, 'organization.suspend', act.org, { reason });
}

/** @throws Refusal `not_found`, `conflict` */
export async function resumeOrganization(tx: Tx, act: Act, reason: string): Promise<void> {
  if (!(await isSuspended(tx, act))) throw new Refusal('conflict', 'this organization is not suspended');
  await tx.update(organizations).set({ suspendedAt: null }).where(eq(organizations.id, act.org));
  await recordAct(tx, act, 'organization.resume', act.org, { reason });
}

/** Whoever opens a session holds the row's key until it is kept: it is waited for here, and found among those that live. */
async function isSuspended(tx: Tx, { org }: Act): Promise<boolean> {
  const [row] = await tx
    .select({ suspendedAt: organizations.suspendedAt })
    .from(organizations)
    .where(eq(organizations.id, org))
    .for('update');
  if (!row) throw new Refusal('not_found');
  return row.suspendedAt !== null;
}
