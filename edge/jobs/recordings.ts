/** Recordings whose time is over go, parts and all; those whose end did not come are said to be cut. */
import { and, asc, eq, exists, inArray, lt, not } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import { LIVE_STATES } from '../../schema/session.ts';
import { recordings, sessions } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import { removeParts } from '../recordings/parts.ts';
import type { Services } from '../services.ts';
import { inBatches, type Job } from './job.ts';

const BATCH = 20;
/** A node that is still there sends what waits within an hour of a session's end. */
const CUT_MS = 2 * 3600_000;

export const recordingsJob: Job = {
  name: 'recordings',
  intervalS: 300,
  run: async (context) => {
    const { services } = context;
    return (
      (await cutSome(services)) + (await inBatches(context, BATCH, (size) => removeSome(services, size)))
    );
  },
};

function cutSome({ db, now }: Services): Promise<number> {
  return db.platform(async (tx) => {
    const live = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.id, recordings.sessionId), inArray(sessions.state, LIVE_STATES)));
    const recent = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(
        and(eq(sessions.id, recordings.sessionId), not(lt(sessions.changedAt, new Date(now() - CUT_MS)))),
      );
    const cut = await tx
      .update(recordings)
      .set({ state: 'cut', endedAt: new Date(now()) })
      .where(and(eq(recordings.state, 'recording'), not(exists(live)), not(exists(recent))))
      .returning({ id: recordings.id });
    return cut.length;
  });
}

async function removeSome({ db, objects, now }: Services, size: number): Promise<number> {
  const old = await db.platform((tx) =>
    tx
      .select()
      .from(recordings)
      .where(and(lt(recordings.keepUntil, new Date(now())), not(eq(recordings.state, 'recording'))))
      .orderBy(asc(recordings.keepUntil))
      .limit(size),
  );
  if (!objects) return 0;
  for (const row of old) {
    await removeParts(objects, row);
    await db.platform(async (tx) => {
      await tx.delete(recordings).where(eq(recordings.id, row.id));
      await record(tx, {
        org: row.orgId as OrgId,
        actor: 'system',
        action: 'recording.delete',
        subject: row.id,
        reason: 'its time is over',
        about: row.holderId,
        requestId: 'job:recordings',
      });
    });
  }
  return old.length;
}
