/** A node joins a cluster: a bootstrap token is spent, its key is certified, its neighbours learn of it. */
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Enrolment, EnrolRequest } from '../../schema/api/nodes.ts';
import { type ClusterId, NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { bootstrapTokens, nodes } from '../../schema/tables/index.ts';
import { verifySealKey } from '../../schema/tokens/seal-key.ts';
import { record } from '../audit.ts';
import { isDuplicate, type Tx } from '../db.ts';
import { issueNodeCertificate, loadAuthority } from '../keys/authority.ts';
import { hashToken } from '../keys/opaque-token.ts';
import { loadKeySet } from '../keys/signing.ts';
import type { Services } from '../services.ts';
import { bumpNeighbours, loadCluster, lockCluster } from '../snapshots/publish.ts';

/** @throws Refusal `token_invalid` (unknown, expired, used up or revoked: which one is not told), `bad_request`, `conflict` */
export async function enrolNode(
  services: Services,
  request: EnrolRequest,
  requestId: string,
): Promise<Enrolment> {
  const { db, master, now } = services;
  const hash = await hashToken(request.token);
  return db
    .platform(async (tx) => {
      const token = await spend(tx, hash, new Date(now()));
      const cluster = token.cluster as ClusterId;
      const id = NodeId.parse(crypto.randomUUID());
      await lockCluster(tx, cluster);
      const authority = await loadAuthority(tx, master, cluster);
      const issued = await issueNodeCertificate(
        authority,
        request.csr,
        { cluster, id, name: request.name },
        new Date(now()),
      );
      const sealKey = request.sealKey && (await verifySealKey(request.sealKey, issued.publicKey));
      await forgetUnseen(tx, cluster, request.name);
      await tx.insert(nodes).values({
        id,
        cluster,
        name: request.name,
        roles: token.roles,
        egressPools: token.egressPools,
        spki: issued.spki,
        publicKey: issued.publicKey,
        certificateHashes: [issued.hash],
        certificateExpiresAt: issued.expiresAt,
        ...(sealKey ? { sealKey } : {}),
      });
      await bumpNeighbours(tx, await loadCluster(tx, cluster, now()), id);
      await record(tx, {
        org: null,
        actor: `node:${id}`,
        action: 'node.enrol',
        subject: request.name,
        requestId,
      });
      const signingKeys = await loadKeySet(tx, 'signing', cluster);
      return {
        node: id,
        cluster,
        certificate: issued.pem,
        ca: authority.certificate.toString('pem'),
        signingKeys,
        ...(sealKey ? { sealKey } : {}),
      };
    })
    .catch((error: unknown) => {
      throw isDuplicate(error)
        ? new Refusal('conflict', `a node named ${request.name} is enrolled already`)
        : error;
    });
}

/** One use less, in one statement: two nodes can not spend the same last use. */
async function spend(tx: Tx, hash: string, now: Date) {
  const [token] = await tx
    .update(bootstrapTokens)
    .set({ usesLeft: sql`${bootstrapTokens.usesLeft} - 1` })
    .where(
      and(
        eq(bootstrapTokens.hash, hash),
        gt(bootstrapTokens.usesLeft, 0),
        gt(bootstrapTokens.expiresAt, now),
        isNull(bootstrapTokens.revokedAt),
      ),
    )
    .returning();
  if (!token) throw new Refusal('token_invalid', 'the bootstrap token is not valid: ask for a new one');
  return token;
}

/** A node that crashed between enrolment and its first word may enrol again under its name. */
async function forgetUnseen(tx: Tx, cluster: ClusterId, name: string): Promise<void> {
  await tx
    .delete(nodes)
    .where(and(eq(nodes.cluster, cluster), eq(nodes.name, name), isNull(nodes.lastSeenAt)));
}
