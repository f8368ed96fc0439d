/** Recordings of one organization, as rows and as parts in the object store. */
import { and, desc, eq, sql } from 'drizzle-orm';
import type { PutPart, RecordingQuery, RecordingView } from '../../../schema/api/recordings.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { recordings, users } from '../../../schema/tables/index.ts';
import { record } from '../../audit.ts';
import type { CallingNode } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { partName } from '../../recordings/parts.ts';
import type { Services } from '../../services.ts';

export type Recording = typeof recordings.$inferSelect;

export async function recordingPage(tx: Tx, org: OrgId, query: RecordingQuery) {
  const { session, resource, holder, before, limit } = query;
  if (before !== undefined) await findRecording(tx, org, before);
  const older = sql`(${recordings.createdAt}, ${recordings.id}) < (select r.created_at, r.id from recordings r where r.id = ${before ?? null})`;
  const rows = await tx
    .select({ recording: recordings, name: users.name })
    .from(recordings)
    .leftJoin(users, eq(users.id, recordings.holderId))
    .where(
      and(
        eq(recordings.orgId, org),
        session === undefined ? undefined : eq(recordings.sessionId, session),
        resource === undefined ? undefined : eq(recordings.resourceId, resource),
        holder === undefined ? undefined : eq(recordings.holderId, holder),
        before === undefined ? undefined : older,
      ),
    )
    .orderBy(desc(recordings.createdAt), desc(recordings.id))
    .limit(limit + 1);
  const views = rows.slice(0, limit).map(({ recording, name }) => viewOf(recording, name));
  return { recordings: views, next: rows.length > limit ? (views.at(-1)?.id ?? null) : null };
}

export function viewOf(row: Recording, holderName: string | null = null): RecordingView {
  return {
    id: row.id,
    session: row.sessionId,
    resource: row.resourceId,
    resourceName: row.resourceName,
    holder: row.holderId,
    holderName,
    state: row.state,
    parts: row.parts,
    bytes: row.bytes,
    startedAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    keepUntil: row.keepUntil.toISOString(),
  };
}

/** @throws Refusal `not_found` */
export async function findRecording(tx: Tx, org: OrgId, id: string): Promise<Recording> {
  const [row] = await tx
    .select()
    .from(recordings)
    .where(and(eq(recordings.orgId, org), eq(recordings.id, id)));
  if (!row) throw new Refusal('not_found');
  return row;
}

/**
 * A part from the node that records; in order, and the same one again changes nothing.
 * @throws Refusal `not_found` for another node's, `conflict` for a gap or after the end, `recording_unavailable`
 */
export async function keepPart(
  { db, objects, now }: Services,
  node: CallingNode,
  id: string,
  { index, isLast, sealed, wrappedKey }: PutPart,
  requestId: string,
): Promise<void> {
  if (!objects) throw new Refusal('recording_unavailable');
  const row = await db.platform((tx) => ofNode(tx, node, id));
  if (index < row.parts) return;
  if (index > row.parts || row.state !== 'recording')
    throw new Refusal('conflict', `the next part of this recording is ${row.parts}`);
  if ((index === 0) !== (wrappedKey !== undefined))
    throw new Refusal('bad_request', 'the key comes with the first part');
  const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
  // First the part, then the row that says it is there: what fails between is sent again.
  await objects.put(partName(row.orgId, id, index), bytes);
  await db.platform(async (tx) => {
    const counted = await tx
      .update(recordings)
      .set({
        parts: index + 1,
        bytes: sql`${recordings.bytes} + ${bytes.length}`,
        ...(wrappedKey === undefined ? {} : { wrappedKey }),
        ...(isLast ? { state: 'complete' as const, endedAt: new Date(now()) } : {}),
      })
      .where(and(eq(recordings.id, id), eq(recordings.parts, index)))
      .returning({ id: recordings.id });
    if (counted.length === 0 || !isLast) return;
    await record(tx, {
      org: row.orgId as OrgId,
      actor: `node:${node.id}`,
      action: 'recording.end',
      subject: id,
      about: row.holderId,
      detail: { session: row.sessionId, parts: index + 1 },
      requestId,
    });
  });
}

async function ofNode(tx: Tx, node: CallingNode, id: string): Promise<Recording> {
  const [row] = await tx
    .select()
    .from(recordings)
    .where(and(eq(recordings.id, id), eq(recordings.nodeId, node.id)));
  if (!row) throw new Refusal('not_found');
  return row;
}
