/** A node is put out: its neighbours are told at once and close their links, its sessions end, nothing it signs is believed any more. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { RevokedNode } from '../../schema/api/clusters.ts';
import type { ClusterId, NodeId, OrgId } from '../../schema/ids.ts';
import { LIVE_STATES } from '../../schema/session.ts';
import { nodeRequests, nodes, sessions } from '../../schema/tables/index.ts';
import { type AuditEntry, record } from '../audit.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { nodeLeaves } from '../snapshots/change.ts';
import { lockCluster } from '../snapshots/publish.ts';

export interface Revocation {
  readonly cluster: ClusterId;
  readonly node: NodeId;
  readonly actor: AuditEntry['actor'];
  readonly requestId: string;
}

const REASON = 'its service node was revoked';

/** Takes away only, so a side whose authority is not proven may do it too. @throws Refusal `not_found` */
export async function revokeNode(
  { db, now }: Services,
  { cluster, node, actor, requestId }: Revocation,
): Promise<typeof RevokedNode._output> {
  const at = now();
  return db.platform(async (tx) => {
    await lockCluster(tx, cluster);
    const told = await nodeLeaves(tx, cluster, at, node);
    await forgetApproval(tx, cluster, node);
    const ended = await endSessionsOf(tx, node, at, requestId);
    const detail = { node, sessions: ended, told };
    const entry = { org: null, actor, action: 'node.revoke', subject: node } as const;
    await record(tx, { ...entry, detail, requestId });
    return { node, sessions: ended, told };
  });
}

/** The word that let it in must not let it in again. */
async function forgetApproval(tx: Tx, cluster: ClusterId, node: NodeId): Promise<void> {
  const [row] = await tx.select({ spki: nodes.spki }).from(nodes).where(eq(nodes.id, node));
  if (!row) return;
  await tx
    .update(nodeRequests)
    .set({ decision: 'refused' })
    .where(and(eq(nodeRequests.cluster, cluster), eq(nodeRequests.spki, row.spki)));
}

async function endSessionsOf(tx: Tx, node: NodeId, now: number, requestId: string): Promise<number> {
  const ended = await tx
    .update(sessions)
    .set({
      state: 'failed',
      generation: sql`${sessions.generation} + 1`,
      reason: REASON,
      changedAt: new Date(now),
    })
    .where(and(eq(sessions.nodeId, node), inArray(sessions.state, LIVE_STATES)))
    .returning();
  for (const session of ended)
    await record(tx, {
      org: session.orgId as OrgId,
      actor: 'system',
      action: 'session.failed',
      subject: session.id,
      reason: REASON,
      generation: session.generation,
      about: session.userId,
      requestId,
    });
  return ended.length;
}
