/** Takes a cluster's signing key or CA one step on, or back: tells all its nodes, and waits for them before anything that they could meet. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { ClusterKey, ClusterKeysView, RotateClusterKey } from '../../schema/api/keys.ts';
import { CLUSTER_KEYS } from '../../schema/api/keys.ts';
import type { ClusterId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { SigningKey, SNAPSHOT_LIFETIME_S } from '../../schema/snapshot.ts';
import { clusters, keys, nodes } from '../../schema/tables/index.ts';
import { type AuditEntry, record } from '../audit.ts';
import type { Tx } from '../db.ts';
import { createAuthority, fingerprintOf } from '../keys/authority.ts';
import { blocking, movesOf, overlapUntil, type PhasedKey } from '../keys/phases.ts';
import { createSigningKey } from '../keys/signing.ts';
import type { Services } from '../services.ts';
import { everythingChanges } from '../snapshots/change.ts';
import { lockCluster } from '../snapshots/publish.ts';

type Row = typeof keys.$inferSelect;

interface Asked {
  readonly cluster: ClusterId;
  readonly purpose: ClusterKey;
  readonly wanted: RotateClusterKey;
  readonly actor: AuditEntry['actor'];
  readonly requestId: string;
}

/** @throws Refusal `not_found`; `conflict` when it is not the step's turn, or something must be waited for */
export async function rotateClusterKey({ db, master, now }: Services, asked: Asked): Promise<void> {
  const { cluster, purpose, wanted } = asked;
  await db.platform(async (tx) => {
    await requireCluster(tx, cluster);
    await lockCluster(tx, cluster);
    const known = (await rowsOf(tx, cluster, purpose)).map(phased);
    const moves = movesOf(wanted.step, known);
    if (!moves) throw new Refusal('conflict', `${wanted.step} is not the next step of this rotation`);
    const waits = blocking(wanted.step, purpose, known, await waitingFor(tx, cluster, now()), now());
    if (waits !== undefined && !wanted.force) throw new Refusal('conflict', waits);
    const at = new Date(now());
    for (const { id, to } of moves.moves) {
      if (to === null) await tx.delete(keys).where(eq(keys.id, id));
      else await tx.update(keys).set({ phase: to, phaseAt: at }).where(eq(keys.id, id));
    }
    if (moves.make && purpose === 'ca') await createAuthority(tx, master, cluster, at, 'introduced');
    if (moves.make && purpose === 'signing')
      await createSigningKey(tx, master, purpose, cluster, { now: at });
    await tellAll(tx, cluster);
    await record(tx, {
      org: null,
      actor: asked.actor,
      action: `cluster-key.${wanted.step}`,
      subject: cluster,
      reason: wanted.reason,
      detail: { purpose, force: wanted.force, ...(waits === undefined ? {} : { waived: waits }) },
      requestId: asked.requestId,
    });
  });
}

async function requireCluster(tx: Tx, cluster: ClusterId): Promise<void> {
  const [row] = await tx.select({ id: clusters.id }).from(clusters).where(eq(clusters.id, cluster));
  if (!row) throw new Refusal('not_found');
}

const rowsOf = (tx: Tx, cluster: ClusterId, purpose: ClusterKey): Promise<Row[]> =>
  tx
    .select()
    .from(keys)
    .where(and(eq(keys.cluster, cluster), eq(keys.purpose, purpose)))
    .orderBy(keys.createdAt);

const phased = ({ id, phase, phaseAt, createdAt }: Row): PhasedKey => {
  return { id, phase, phaseAt: phaseAt.getTime(), createdAt: createdAt.getTime() };
};

/** Every node gets another snapshot, whether it is there now or comes back later. */
async function tellAll(tx: Tx, cluster: ClusterId): Promise<void> {
  await everythingChanges(tx, cluster);
  await tx
    .update(nodes)
    .set({ keysVersion: nodes.snapshotVersion })
    .where(and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt)));
}

/** A node that was silent for as long as a snapshot lives has none to act on: it is named apart, and nobody waits for it. */
async function waitingFor(tx: Tx, cluster: ClusterId, now: number) {
  const [active] = await tx
    .select({ id: keys.id })
    .from(keys)
    .where(and(eq(keys.cluster, cluster), eq(keys.purpose, 'ca'), eq(keys.phase, 'active')));
  const usable = await tx
    .select()
    .from(nodes)
    .where(
      and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt), gt(nodes.certificateExpiresAt, new Date(now))),
    )
    .orderBy(nodes.name);
  const heardAfter = now - SNAPSHOT_LIFETIME_S * 1000;
  const isLive = ({ lastSeenAt, createdAt }: (typeof usable)[number]) =>
    (lastSeenAt ?? createdAt).getTime() > heardAfter;
  const live = usable.filter(isLive);
  const names = (of: typeof usable) => of.map(({ name }) => name);
  return {
    toLearn: names(live.filter((node) => node.acknowledgedVersion < node.keysVersion)),
    toRenew: names(live.filter((node) => node.certifiedBy !== active?.id)),
    away: names(usable.filter((node) => !isLive(node))),
  };
}

/** @throws Refusal `not_found` */
export async function clusterKeys({ db, now }: Services, cluster: ClusterId): Promise<ClusterKeysView> {
  return db.platform(async (tx) => {
    await requireCluster(tx, cluster);
    const rows = (
      await Promise.all(
        CLUSTER_KEYS.map(async (purpose) =>
          (await rowsOf(tx, cluster, purpose)).map((row) => ({ ...row, purpose })),
        ),
      )
    ).flat();
    const signing = rows.filter(({ purpose }) => purpose === 'signing').map(phased);
    const until = overlapUntil('signing', signing);
    return {
      keys: await Promise.all(
        rows.map(async ({ id, purpose, phase, phaseAt, publicPart }) => ({
          id,
          purpose,
          phase,
          phaseAt: phaseAt.toISOString(),
          fingerprint:
            purpose === 'ca' ? await fingerprintOf(publicPart) : SigningKey.parse(JSON.parse(publicPart)).kid,
        })),
      ),
      waiting: await waitingFor(tx, cluster, now()),
      overlapUntil: until === undefined ? null : new Date(until).toISOString(),
    };
  });
}
