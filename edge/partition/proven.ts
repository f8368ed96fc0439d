/** Asks the database what `rules.ts` decides by. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { PartitionView } from '../../schema/api/clusters.ts';
import type { ClusterId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { clusters, nodes } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { HEARD_MS, unproven, WITNESS_MS } from './rules.ts';

/** @throws Refusal `not_found` */
export async function partitionOf(tx: Tx, cluster: ClusterId, now: number): Promise<PartitionView> {
  const [row] = await tx.select().from(clusters).where(eq(clusters.id, cluster));
  if (!row) throw new Refusal('not_found');
  const since = Math.max(now - WITNESS_MS, row.promotedAt?.getTime() ?? 0);
  const after = (ms: number) =>
    sql<number>`count(*) filter (where ${nodes.lastSeenAt} >= ${new Date(ms).toISOString()})::int`;
  const [counted] = await tx
    .select({ witnesses: after(since), heard: after(Math.max(since, now - HEARD_MS)) })
    .from(nodes)
    .where(and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt)));
  const { witnesses, heard } = counted ?? { witnesses: 0, heard: 0 };
  const { epoch, seenEpoch, authority, quorum } = row;
  const because = unproven({ authority, quorum, witnesses, heard }) ?? null;
  const promotedAt = row.promotedAt?.toISOString() ?? null;
  return {
    epoch,
    seenEpoch,
    authority,
    quorum,
    witnesses,
    heard,
    proven: because === null,
    because,
    promotedAt,
  };
}

/** Before anything that widens trust. @throws Refusal `authority_not_proven`, `not_found` */
export async function requireProven(tx: Tx, cluster: ClusterId, now: number): Promise<void> {
  const { because } = await partitionOf(tx, cluster, now);
  if (because !== null)
    throw new Refusal(
      'authority_not_proven',
      `${because}: nothing that widens trust is done here until the platform's owner promotes or merges this side`,
    );
}
