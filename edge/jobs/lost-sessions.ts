/** Sessions whose service node is gone have failed with it: their owners see it, and may open new ones. */
import { and, asc, eq, inArray, isNotNull, lt, or } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import { LIVE_STATES } from '../../schema/session.ts';
import { nodes, sessions } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import { inBatches, type Job } from './job.ts';

const BATCH = 100;
/** A node that was silent so long is not coming back with what it held; one that does is told to end it. */
const GONE_MS = 5 * 60_000;

export const lostSessionsJob: Job = {
  name: 'lost-sessions',
  intervalS: 30,
  run: (context) => inBatches(context, BATCH, (size) => failSome(context.services, size)),
};

function failSome({ db, now }: Parameters<Job['run']>[0]['services'], size: number): Promise<number> {
  const silentSince = new Date(now() - GONE_MS);
  return db.platform(async (tx) => {
    const lost = await tx
      .select({ session: sessions })
      .from(sessions)
      .innerJoin(nodes, eq(nodes.id, sessions.nodeId))
      .where(
        and(
          inArray(sessions.state, LIVE_STATES),
          lt(sessions.changedAt, silentSince),
          or(lt(nodes.lastSeenAt, silentSince), isNotNull(nodes.revokedAt)),
        ),
      )
      .orderBy(asc(sessions.changedAt))
      .limit(size)
      .for('update', { of: sessions, skipLocked: true });
    for (const { session } of lost) {
      const reason = 'its service node is gone';
      await tx
        .update(sessions)
        .set({ state: 'failed', reason, changedAt: new Date(now()) })
        .where(eq(sessions.id, session.id));
      await record(tx, {
        org: session.orgId as OrgId,
        actor: 'system',
        action: 'session.failed',
        subject: session.id,
        reason,
        generation: session.generation,
        about: session.userId,
        requestId: 'job:lost-sessions',
      });
    }
    return lost.length;
  });
}
