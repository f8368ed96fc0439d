/** Reads a cluster, builds one node's snapshot, and counts versions up only for the nodes that a change concerns. */
import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { type ClusterId, NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { SNAPSHOT_LIFETIME_S } from '../../schema/snapshot.ts';
import { clusters, nodes } from '../../schema/tables/index.ts';
import { signFor } from '../../schema/tokens/signed.ts';
import type { Tx } from '../db.ts';
import { authorityPem } from '../keys/authority.ts';
import { loadKeySet, loadSigner } from '../keys/signing.ts';
import type { Services } from '../services.ts';
import { buildSnapshot, type ClusterView } from './build.ts';

/**
 * Held by every transaction that changes what nodes see of each other, from before its first change to its end: without it one that looks before another
 * commits would not count up the version of a node that the other adds. Taken before any node's row, so that two can't wait for each other.
 */
export async function lockCluster(tx: Tx, cluster: ClusterId): Promise<void> {
  await tx.select({ id: clusters.id }).from(clusters).where(eq(clusters.id, cluster)).for('update');
}

export async function loadCluster(tx: Tx, cluster: ClusterId, now: number): Promise<ClusterView> {
  const [row] = await tx.select().from(clusters).where(eq(clusters.id, cluster));
  if (!row) throw new Refusal('not_found');
  const usable = await tx
    .select({ id: nodes.id, roles: nodes.roles, spki: nodes.spki, endpoints: nodes.endpoints })
    .from(nodes)
    .where(
      and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt), gt(nodes.certificateExpiresAt, new Date(now))),
    )
    .orderBy(nodes.createdAt);
  const { keys } = await loadKeySet(tx, 'signing', cluster);
  return {
    cluster,
    ca: await authorityPem(tx, cluster),
    signingKeys: keys,
    origins: row.origins,
    nodes: usable.map(({ id, ...node }) => ({ id: NodeId.parse(id), ...node })),
  };
}

/** Counts up the version of every node whose view `changed` is part of. */
export async function bumpNeighbours(tx: Tx, view: ClusterView, changed: NodeId): Promise<void> {
  const concerned = view.nodes
    .filter(
      (node) =>
        node.id === changed || buildSnapshot(view, node, 1).neighbours.some(({ node: id }) => id === changed),
    )
    .map(({ id }) => id);
  if (concerned.length === 0) return;
  await tx
    .update(nodes)
    .set({ snapshotVersion: sql`${nodes.snapshotVersion} + 1` })
    .where(inArray(nodes.id, concerned));
}

export async function versionOf(tx: Tx, node: NodeId): Promise<number> {
  const [row] = await tx.select({ version: nodes.snapshotVersion }).from(nodes).where(eq(nodes.id, node));
  return row?.version ?? 0;
}

/** The node says which snapshot it holds; one that it was never given is not believed. */
export async function acknowledge(tx: Tx, node: NodeId, version: number): Promise<void> {
  const [row] = await tx
    .select({ acknowledged: nodes.acknowledgedVersion, version: nodes.snapshotVersion })
    .from(nodes)
    .where(eq(nodes.id, node));
  if (!row || version <= row.acknowledged || version > row.version) return;
  await tx.update(nodes).set({ acknowledgedVersion: version }).where(eq(nodes.id, node));
}

/** The signed snapshot of one node, as it is now. */
export async function signedSnapshot(
  { db, master, now }: Services,
  cluster: ClusterId,
  node: NodeId,
): Promise<string> {
  return db.platform(async (tx) => {
    // Before the content: a change between the two then comes again, where the other way round it would be missed for good.
    const version = await versionOf(tx, node);
    const view = await loadCluster(tx, cluster, now());
    const known = view.nodes.find(({ id }) => id === node);
    if (!known) throw new Refusal('token_invalid');
    const snapshot = buildSnapshot(view, known, version);
    const signer = await loadSigner(tx, master, 'signing', cluster);
    return signFor('snapshot', { cluster, node }, snapshot, signer, {
      now: now(),
      seconds: SNAPSHOT_LIFETIME_S,
    });
  });
}
