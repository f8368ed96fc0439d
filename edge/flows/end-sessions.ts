/** Ends sessions from the outside. Their node learns of it with its next heartbeat; the generation makes its own later reports stale. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import { LIVE_STATES } from '../../schema/session.ts';
import { sessions } from '../../schema/tables/index.ts';
import { type Act, recordAct } from '../act.ts';
import type { Tx } from '../db.ts';

export async function endSessions(tx: Tx, act: Act, ids: readonly string[], reason: string): Promise<void> {
  if (ids.length === 0) return;
  const ended = await tx
    .update(sessions)
    .set({ state: 'terminated', generation: sql`${sessions.generation} + 1`, reason, changedAt: act.now })
    .where(
      and(eq(sessions.orgId, act.org), inArray(sessions.id, [...ids]), inArray(sessions.state, LIVE_STATES)),
    )
    .returning({ id: sessions.id, generation: sessions.generation, about: sessions.userId });
  for (const { id, ...more } of ended) await recordAct(tx, act, 'session.end', id, { reason, ...more });
}

export async function endSessionsOn(tx: Tx, act: Act, resource: string, reason: string): Promise<void> {
  const rows = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.orgId, act.org),
        eq(sessions.resourceId, resource),
        inArray(sessions.state, LIVE_STATES),
      ),
    );
  await endSessions(
    tx,
    act,
    rows.map(({ id }) => id),
    reason,
  );
}
