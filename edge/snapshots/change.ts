/** Changes a node's row, and counts up the version of exactly those nodes that are told something else because of it. */
import { and, arrayContains, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { type ClusterId, NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { NeighbourChange } from '../../schema/snapshot.ts';
import { clusters, nodes, snapshotChanges } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { KnownNode } from './build.ts';
import { concernsAll, differences, type NodeChange } from './difference.ts';

type Row = typeof nodes.$inferSelect;
const seen = ({ id, roles, spki, endpoints, egressPools }: Row): KnownNode => ({
  id: NodeId.parse(id),
  roles,
  spki,
  endpoints,
  egressPools,
});

/** Each of the three wants the cluster locked (`lockCluster`). @returns how many other nodes are told */
export async function nodeJoins(
  tx: Tx,
  cluster: ClusterId,
  now: number,
  values: typeof nodes.$inferInsert,
): Promise<number> {
  const [row] = await tx.insert(nodes).values(values).returning();
  if (!row) throw new Error('nothing was inserted');
  return tell(tx, cluster, now, { after: seen(row) });
}

/** @throws Refusal `not_found` */
export async function nodeChanges(
  tx: Tx,
  cluster: ClusterId,
  now: number,
  node: NodeId,
  set: Partial<typeof nodes.$inferInsert>,
): Promise<number> {
  const before = await find(tx, cluster, node);
  const [after] = await tx.update(nodes).set(set).where(eq(nodes.id, node)).returning();
  if (!after) throw new Refusal('not_found');
  return tell(tx, cluster, now, { before: seen(before), after: seen(after) });
}

/** It is told itself that it has nothing any more. @throws Refusal `not_found` */
export async function nodeLeaves(tx: Tx, cluster: ClusterId, now: number, node: NodeId): Promise<number> {
  const before = await find(tx, cluster, node);
  await tx
    .update(nodes)
    .set({ revokedAt: new Date(now) })
    .where(eq(nodes.id, node));
  const told = await tell(tx, cluster, now, { before: seen(before) });
  await countUp(tx, cluster, [node]);
  return told;
}

/** All nodes of the cluster are told all anew: what changed is no neighbour. */
export async function everythingChanges(tx: Tx, cluster: ClusterId): Promise<void> {
  const change = await nextChange(tx, cluster);
  await tx
    .update(nodes)
    .set({ snapshotVersion: sql`${nodes.snapshotVersion} + 1`, change })
    .where(and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt)));
}

async function find(tx: Tx, cluster: ClusterId, node: NodeId): Promise<Row> {
  const [row] = await tx
    .select()
    .from(nodes)
    .where(and(eq(nodes.id, node), eq(nodes.cluster, cluster), isNull(nodes.revokedAt)))
    .for('update');
  if (!row) throw new Refusal('not_found');
  return row;
}

async function tell(tx: Tx, cluster: ClusterId, now: number, change: NodeChange): Promise<number> {
  const relays = await usable(tx, cluster, now, true);
  const changedId = change.after?.id ?? change.before?.id;
  const relaysBeside = relays.filter(({ id }) => id !== changedId).length;
  const others = concernsAll(change, relaysBeside) ? await usable(tx, cluster, now, false) : relays;
  const found = differences(others, change);
  if (found.size === 0) return 0;
  const versions = await countUp(tx, cluster, [...found.keys()]);
  const rows = versions.map(({ id, version }) => ({
    node: id,
    version,
    change: found.get(NodeId.parse(id)) satisfies NeighbourChange | undefined,
  }));
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const some = rows.slice(at, at + ROWS_AT_ONCE);
    await tx
      .insert(snapshotChanges)
      .values(some.flatMap(({ change: one, ...row }) => (one ? [{ ...row, change: one }] : [])));
  }
  return found.size;
}

/** Parameters of one statement are counted in 16 bits. */
const ROWS_AT_ONCE = 5_000;

async function usable(tx: Tx, cluster: ClusterId, now: number, relaysOnly: boolean): Promise<KnownNode[]> {
  const rows = await tx
    .select({
      id: nodes.id,
      roles: nodes.roles,
      spki: nodes.spki,
      endpoints: nodes.endpoints,
      egressPools: nodes.egressPools,
    })
    .from(nodes)
    .where(
      and(
        eq(nodes.cluster, cluster),
        isNull(nodes.revokedAt),
        gt(nodes.certificateExpiresAt, new Date(now)),
        relaysOnly ? arrayContains(nodes.roles, ['relay']) : undefined,
      ),
    )
    .orderBy(nodes.createdAt, nodes.id);
  return rows.map(({ id, ...row }) => ({ id: NodeId.parse(id), ...row }));
}

async function countUp(tx: Tx, cluster: ClusterId, ids: readonly NodeId[]) {
  const change = await nextChange(tx, cluster);
  return tx
    .update(nodes)
    .set({ snapshotVersion: sql`${nodes.snapshotVersion} + 1`, change })
    .where(inArray(nodes.id, [...ids]))
    .returning({ id: nodes.id, version: nodes.snapshotVersion });
}

async function nextChange(tx: Tx, cluster: ClusterId): Promise<number> {
  const [row] = await tx
    .update(clusters)
    .set({ changes: sql`${clusters.changes} + 1` })
    .where(eq(clusters.id, cluster))
    .returning({ changes: clusters.changes });
  if (!row) throw new Refusal('not_found');
  return row.changes;
}
