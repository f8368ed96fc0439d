/** Split, promote, merge: a person says which side of a divided cluster is its authority. All nodes of this side are told the new epoch, and go back to none before it. */
import { eq } from 'drizzle-orm';
import type { PartitionView } from '../../schema/api/clusters.ts';
import type { ClusterId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { clusters } from '../../schema/tables/index.ts';
import { type AuditEntry, record } from '../audit.ts';
import { partitionOf } from '../partition/proven.ts';
import { after, type PartitionVerb } from '../partition/rules.ts';
import type { Services } from '../services.ts';
import { everythingChanges } from '../snapshots/change.ts';
import { lockCluster } from '../snapshots/publish.ts';

export interface AuthorityChange {
  readonly cluster: ClusterId;
  readonly verb: PartitionVerb;
  /** The epoch that the person looked at. */
  readonly epoch: number;
  readonly reason: string;
  readonly actor: AuditEntry['actor'];
  readonly requestId: string;
}

/** @throws Refusal `not_found`, `stale_generation`, `conflict` */
export async function changeAuthority(
  { db, now }: Services,
  { cluster, verb, epoch, reason, actor, requestId }: AuthorityChange,
): Promise<PartitionView> {
  return db.platform(async (tx) => {
    await lockCluster(tx, cluster);
    const before = await partitionOf(tx, cluster, now());
    if (before.epoch !== epoch)
      throw new Refusal('stale_generation', `the epoch is ${before.epoch} by now: look again`);
    const next = after(verb, before);
    if (typeof next === 'string') throw new Refusal('conflict', next);
    const promoted = next.epoch > before.epoch ? { promotedAt: new Date(now()) } : {};
    await tx
      .update(clusters)
      .set({ ...next, ...promoted })
      .where(eq(clusters.id, cluster));
    if (next.epoch > before.epoch) await everythingChanges(tx, cluster);
    const detail = { from: before.epoch, to: next.epoch, heard: before.heard, witnesses: before.witnesses };
    const entry = { org: null, actor, action: `partition.${verb}`, subject: cluster } as const;
    await record(tx, { ...entry, reason, generation: next.epoch, detail, requestId });
    return partitionOf(tx, cluster, now());
  });
}
