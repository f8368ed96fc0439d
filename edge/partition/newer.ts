/** A node shows that another side of the cluster was promoted: this one then stands back by itself. */
import { and, eq, lt } from 'drizzle-orm';
import { Refusal } from '../../schema/refusal.ts';
import { clusters } from '../../schema/tables/index.ts';
import { verifySnapshot } from '../../schema/tokens/snapshot.ts';
import { record } from '../audit.ts';
import type { CallingNode } from '../caller.ts';
import { loadKeySet } from '../keys/signing.ts';
import type { Services } from '../services.ts';
import { lockCluster } from '../snapshots/publish.ts';

/**
 * Only what the cluster's own key signed for this very node is believed: no node can stop a control plane with a number it made up. What proves nothing is passed over, the
 * heartbeat goes on.
 */
export async function believeNewer(
  { db, now }: Services,
  node: CallingNode,
  proof: string,
  requestId: string,
): Promise<void> {
  await db.platform(async (tx) => {
    const keys = await loadKeySet(tx, 'signing', node.cluster);
    const epoch = await verifySnapshot({ cluster: node.cluster, node: node.id }, proof, keys, now()).then(
      ({ snapshot }) => snapshot.epoch,
      (error: unknown) => {
        if (error instanceof Refusal) return 0;
        throw error;
      },
    );
    if (epoch === 0) return;
    await lockCluster(tx, node.cluster);
    const fenced = await tx
      .update(clusters)
      .set({ authority: 'fenced', seenEpoch: epoch })
      .where(and(eq(clusters.id, node.cluster), lt(clusters.epoch, epoch), lt(clusters.seenEpoch, epoch)))
      .returning({ epoch: clusters.epoch });
    const [own] = fenced;
    if (!own) return;
    await record(tx, {
      org: null,
      actor: `node:${node.id}`,
      action: 'partition.fence',
      subject: node.cluster,
      generation: epoch,
      detail: { epoch: own.epoch, seen: epoch },
      requestId,
    });
  });
}
