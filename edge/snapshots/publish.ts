/** Reads a cluster, builds one node's snapshot, signs it; or signs the increment from what the node has. */
import { and, asc, eq, gt, isNull, lte } from 'drizzle-orm';
import type { SnapshotAnswer } from '../../schema/api/nodes.ts';
import { type ClusterId, NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { SNAPSHOT_LIFETIME_S, type Snapshot, type SnapshotIncrement } from '../../schema/snapshot.ts';
import { clusters, nodes, snapshotChanges } from '../../schema/tables/index.ts';
import { signFor } from '../../schema/tokens/signed.ts';
import type { Tx } from '../db.ts';
import { authorityPem } from '../keys/authority.ts';
import { loadKeySet, loadSigner } from '../keys/signing.ts';
import type { Services } from '../services.ts';
import { buildSnapshot, type ClusterView } from './build.ts';
import { merged } from './difference.ts';

/** Who is further behind is told all anew. */
const MAX_STEPS = 64;

/**
 * Held by every transaction that changes what nodes see of each other, from before its first change to its end: without it one that looks before another
 * commits would not count up the version of a node that the other adds. Taken before any node's row, so that two can't wait for each other.
 */
export async function lockCluster(tx: Tx, cluster: ClusterId): Promise<void> {
  await tx.select({ id: clusters.id }).from(clusters).where(eq(clusters.id, cluster)).for('update');
}

async function loadCluster(tx: Tx, cluster: ClusterId, now: number): Promise<ClusterView> {
  const [row] = await tx.select().from(clusters).where(eq(clusters.id, cluster));
  if (!row) throw new Refusal('not_found');
  const usable = await tx
    .select({
      id: nodes.id,
      roles: nodes.roles,
      spki: nodes.spki,
      endpoints: nodes.endpoints,
      egressPools: nodes.egressPools,
    })
    .from(nodes)
    .where(
      and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt), gt(nodes.certificateExpiresAt, new Date(now))),
    )
    .orderBy(nodes.createdAt, nodes.id);
  const { keys } = await loadKeySet(tx, 'signing', cluster);
  return {
    cluster,
    epoch: row.epoch,
    ca: await authorityPem(tx, cluster),
    signingKeys: keys,
    origins: row.origins,
    nodes: usable.map(({ id, ...node }) => ({ id: NodeId.parse(id), ...node })),
  };
}

export async function versionOf(tx: Tx, node: NodeId): Promise<{ version: number; epoch: number }> {
  const [row] = await tx
    .select({ version: nodes.snapshotVersion, epoch: clusters.epoch })
    .from(nodes)
    .innerJoin(clusters, eq(clusters.id, nodes.cluster))
    .where(eq(nodes.id, node));
  return row ?? { version: 0, epoch: 0 };
}

/** What a node has by `wanted` against what is now. A version of another epoch says nothing here: it was counted elsewhere. */
export const isBehind = (wanted: Wanted, now: { version: number; epoch: number }): boolean =>
  now.version > wanted.since || (wanted.epoch !== undefined && now.epoch > wanted.epoch);

export interface Wanted {
  readonly cluster: ClusterId;
  readonly node: NodeId;
  /** The version the node has; 0 for none. */
  readonly since: number;
  /** The authority it follows, when it says. */
  readonly epoch: number | undefined;
  /** It can take an increment. */
  readonly increments: boolean;
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

/** What brings the node from what it has to what is now, signed; undefined when nothing is newer. */
export async function newsFor(services: Services, wanted: Wanted): Promise<SnapshotAnswer | undefined> {
  const { cluster, node } = wanted;
  const to = { cluster, node };
  const { db, master, now } = services;
  return db.platform(async (tx) => {
    // Before the content: a change between the two then comes again, where the other way round it would be missed for good.
    const known = await versionOf(tx, node);
    const { version, epoch } = known;
    if (!isBehind(wanted, known)) return undefined;
    const signer = await loadSigner(tx, master, 'signing', cluster);
    const increment =
      wanted.increments && wanted.epoch === epoch ? await incrementOf(tx, wanted, known) : undefined;
    const sign = (kind: 'snapshot' | 'snapshot-increment', body: object) =>
      signFor(kind, to, body, signer, { now: now(), seconds: SNAPSHOT_LIFETIME_S });
    if (increment) return { increment: await sign('snapshot-increment', increment) };
    return { snapshot: await sign('snapshot', await snapshotOf(tx, wanted, version, now())) };
  });
}

/** When each step since is known and none was more than neighbours. */
async function incrementOf(
  tx: Tx,
  { cluster, node, since }: Wanted,
  { version, epoch }: { version: number; epoch: number },
): Promise<SnapshotIncrement | undefined> {
  if (since === 0 || version - since > MAX_STEPS) return undefined;
  const steps = await tx
    .select({ change: snapshotChanges.change })
    .from(snapshotChanges)
    .where(
      and(
        eq(snapshotChanges.node, node),
        gt(snapshotChanges.version, since),
        lte(snapshotChanges.version, version),
      ),
    )
    .orderBy(asc(snapshotChanges.version));
  if (steps.length !== version - since) return undefined;
  return { cluster, node, epoch, from: since, version, ...merged(steps.map(({ change }) => change)) };
}

/** A node that was revoked is told so by a snapshot that gives it nothing. */
async function snapshotOf(
  tx: Tx,
  { cluster, node }: Wanted,
  version: number,
  now: number,
): Promise<Snapshot> {
  const view = await loadCluster(tx, cluster, now);
  const known = view.nodes.find(({ id }) => id === node);
  if (known) return buildSnapshot(view, known, version);
  return buildSnapshot(
    { ...view, nodes: [] },
    { id: node, roles: [], spki: '', endpoints: [], egressPools: [] },
    version,
  );
}
