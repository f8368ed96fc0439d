/** A person lets a waiting node in, or not. What follows happens when the node asks the next time. */
import { and, eq } from 'drizzle-orm';
import type { ClusterId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { bootstrapTokens, clusters, nodeRequests } from '../../schema/tables/index.ts';
import { type AuditEntry, record } from '../audit.ts';
import { requireProven } from '../partition/proven.ts';
import type { Services } from '../services.ts';

export interface Decision {
  readonly cluster: ClusterId;
  readonly request: string;
  readonly decision: 'approved' | 'refused';
  /** What the person compared; needed to approve. */
  readonly fingerprint?: string;
  readonly reason?: string | undefined;
  readonly actor: AuditEntry['actor'];
  readonly requestId: string;
}

const HOUR_MS = 3_600_000;

/** @throws Refusal `not_found`, `conflict` (decided, expired or withdrawn, or another fingerprint), `authority_not_proven` */
export async function decideNode({ db, now }: Services, made: Decision) {
  const { cluster, request, decision, actor } = made;
  const at = new Date(now());
  return db.platform(async (tx) => {
    if (decision === 'approved') await requireProven(tx, cluster, now());
    const [found] = await tx
      .select({ request: nodeRequests, token: bootstrapTokens, hours: clusters.approvalHours })
      .from(nodeRequests)
      .innerJoin(bootstrapTokens, eq(bootstrapTokens.id, nodeRequests.token))
      .innerJoin(clusters, eq(clusters.id, nodeRequests.cluster))
      .where(and(eq(nodeRequests.id, request), eq(nodeRequests.cluster, cluster)))
      .for('update', { of: nodeRequests });
    if (!found) throw new Refusal('not_found');
    const why = whyNot(found, made, at);
    if (why) throw new Refusal('conflict', why);
    // From here the node has as long again to come and fetch what it was given.
    const expiresAt =
      decision === 'approved' ? new Date(now() + found.hours * HOUR_MS) : found.request.expiresAt;
    const [row] = await tx
      .update(nodeRequests)
      .set({ decision, decidedBy: actor, decidedAt: at, expiresAt })
      .where(eq(nodeRequests.id, request))
      .returning();
    if (!row) throw new Refusal('not_found');
    await record(tx, {
      org: null,
      actor,
      action: decision === 'approved' ? 'node.approve' : 'node.refuse',
      subject: row.name,
      ...(made.reason === undefined ? {} : { reason: made.reason }),
      detail: { request, fingerprint: row.spki },
      requestId: made.requestId,
    });
    return { request: row, roles: found.token.roles, egressPools: found.token.egressPools };
  });
}

interface Found {
  readonly request: typeof nodeRequests.$inferSelect;
  readonly token: typeof bootstrapTokens.$inferSelect;
}

function whyNot(
  { request, token }: Found,
  { decision, fingerprint }: Decision,
  at: Date,
): string | undefined {
  if (request.decision !== null) return `this node was ${request.decision} already`;
  if (decision === 'refused') return undefined;
  if (request.expiresAt <= at) return 'this node waited too long: it needs a new bootstrap token';
  if (token.revokedAt !== null) return 'its bootstrap token was revoked';
  if (request.spki !== fingerprint)
    return 'this is not the fingerprint of the node that waits: compare it with what the node shows';
  return undefined;
}
