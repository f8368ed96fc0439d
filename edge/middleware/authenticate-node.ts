/** Which node is calling: one that signs a fresh assertion with its certificate's key. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import { base64url } from 'jose';
import type { ClusterId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { nodes, usedAssertions } from '../../schema/tables/index.ts';
import {
  claimedNode,
  NODE_ASSERTION_LIFETIME_S,
  verifyNodeAssertion,
} from '../../schema/tokens/node-assertion.ts';
import { CLOCK_SKEW_S } from '../../schema/tokens/verify.ts';
import type { CallingNode } from '../caller.ts';
import type { Services } from '../services.ts';
import { bearer } from './bearer.ts';

/**
 * Checks a node's assertion: its key, its time, and that it was not used before.
 * @param who `even revoked` where a node that was put out is told so
 * @throws Refusal
 */
export async function authenticateNode(
  services: Services,
  authorization: string | undefined,
  who: 'members' | 'even revoked' = 'members',
): Promise<CallingNode> {
  const { db, now } = services;
  const assertion = bearer(authorization);
  const claimed = claimedNode(assertion);
  const [row] = await db.platform((tx) =>
    tx
      .select({ publicKey: nodes.publicKey, cluster: nodes.cluster })
      .from(nodes)
      .where(
        and(
          eq(nodes.id, claimed),
          who === 'members' ? isNull(nodes.revokedAt) : undefined,
          gt(nodes.certificateExpiresAt, new Date(now())),
        ),
      ),
  );
  if (!row) throw new Refusal('token_invalid', 'no such node, or it was revoked');
  const spki = Uint8Array.from(base64url.decode(row.publicKey));
  const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'verify',
  ]);
  const { iss, jti } = await verifyNodeAssertion(assertion, key, now());
  if (!(await firstUse(services, row.cluster, jti))) throw new Refusal('token_replayed');
  return { id: iss, cluster: row.cluster as ClusterId };
}

/** What was true when it showed its assertion: asked again on a connection that stays open. @throws Refusal `token_invalid` */
export async function requireStanding({ db, now }: Services, { id }: CallingNode): Promise<void> {
  const [row] = await db.platform((tx) =>
    tx
      .select({ id: nodes.id })
      .from(nodes)
      .where(and(eq(nodes.id, id), isNull(nodes.revokedAt), gt(nodes.certificateExpiresAt, new Date(now())))),
  );
  if (!row) throw new Refusal('token_invalid', 'no such node, or it was revoked');
}

async function firstUse({ db, limits, now }: Services, cluster: string, jti: string): Promise<boolean> {
  const seconds = NODE_ASSERTION_LIFETIME_S + 2 * CLOCK_SKEW_S;
  const marked = await limits.markOnce({ cluster }, `node:${jti}`, seconds);
  if (marked !== undefined) return marked;
  const expiresAt = new Date(now() + seconds * 1000);
  const inserted = await db.platform((tx) =>
    tx.insert(usedAssertions).values({ jti, expiresAt }).onConflictDoNothing().returning(),
  );
  return inserted.length === 1;
}
