/** Operations on keys as they are started, stopped and shown. Their work is done by a job (`edge/jobs/keys`). */
import { and, desc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { KeyOperationView, StartKeyOperation } from '../../../schema/api/keys.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { keyOperations, organizations } from '../../../schema/tables/index.ts';
import { isDuplicate, type Tx } from '../../db.ts';

const SHOWN = 20;

type Row = typeof keyOperations.$inferSelect;

export function viewOf(row: Row): KeyOperationView {
  return {
    id: row.id,
    kind: row.kind,
    org: row.organization as OrgId | null,
    state: row.state,
    looked: row.looked,
    moved: row.moved,
    pass: row.place.pass,
    error: row.error,
    reason: row.reason,
    startedBy: row.startedBy,
    startedAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export async function listOperations(tx: Tx): Promise<KeyOperationView[]> {
  const rows = await tx.select().from(keyOperations).orderBy(desc(keyOperations.createdAt)).limit(SHOWN);
  return rows.map(viewOf);
}

/** @throws Refusal `conflict` while another one runs, `not_found` */
export async function startOperation(
  tx: Tx,
  { kind, org, reason }: z.infer<typeof StartKeyOperation>,
  startedBy: string,
): Promise<Row> {
  if (org !== undefined) {
    const [known] = await tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.id, org));
    if (!known) throw new Refusal('not_found');
  }
  const place = { pass: 1, column: 0, moved: 0 };
  const made = await tx
    .insert(keyOperations)
    .values({ kind, organization: org ?? null, reason, startedBy, place })
    .returning()
    .catch((error: unknown) => {
      throw isDuplicate(error)
        ? new Refusal('conflict', 'another operation on keys runs: wait, or cancel it')
        : error;
    });
  const [row] = made;
  if (!row) throw new Error('nothing was inserted');
  return row;
}

/** What it did stays done: both keys open until another one finishes. @throws Refusal `not_found` */
export async function cancelOperation(tx: Tx, id: string, now: Date): Promise<void> {
  const stopped = await tx
    .update(keyOperations)
    .set({ state: 'cancelled', finishedAt: now })
    .where(and(eq(keyOperations.id, id), eq(keyOperations.state, 'running')))
    .returning({ id: keyOperations.id });
  if (stopped.length === 0) throw new Refusal('not_found', 'no such operation runs');
}
