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
      const spent = await spend(tx, hash, new Date(now()));
      const token = spent ?? (await usedUp(tx, hash, new Date(now())));
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
      if (!spent && !(await isUnseen(tx, token, request.name, issued.spki))) throw notValid();
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
        certifiedBy: authority.id,
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
  return token;
}

type Token = typeof bootstrapTokens.$inferSelect;

const notValid = () => new Refusal('token_invalid', 'the bootstrap token is not valid: ask for a new one');

/** A token whose last use is gone. @throws Refusal `token_invalid` when there is none */
async function usedUp(tx: Tx, hash: string, now: Date) {
  const [token] = await tx
    .select()
    .from(bootstrapTokens)
    .where(
      and(
        eq(bootstrapTokens.hash, hash),
        gt(bootstrapTokens.expiresAt, now),
        isNull(bootstrapTokens.revokedAt),
      ),
    );
  if (!token) throw notValid();
  return token;
}

/**
 * The very key that the last use went to, from a node that was not heard of since: it crashed before it could keep the answer, and is told again. Whoever else has the token
 * does not have the key.
 */
async function isUnseen(tx: Tx, token: Token, name: string, spki: string): Promise<boolean> {
  const [known] = await tx
    .select({ id: nodes.id })
    .from(nodes)
    .where(
      and(
        eq(nodes.cluster, token.cluster),
        eq(nodes.name, name),
        eq(nodes.spki, spki),
        // Another token, used up by others, must not give this node what it did not get.
        eq(nodes.roles, token.roles),
        eq(nodes.egressPools, token.egressPools),
        isNull(nodes.lastSeenAt),
        isNull(nodes.revokedAt),
      ),
    );
  return known !== undefined;
}

/** A node that crashed between enrolment and its first word may enrol again under its name. */
async function forgetUnseen(tx: Tx, cluster: ClusterId, name: string): Promise<void> {
  await tx
    .delete(nodes)
    .where(and(eq(nodes.cluster, cluster), eq(nodes.name, name), isNull(nodes.lastSeenAt)));
}
