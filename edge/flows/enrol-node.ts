/** A node joins a cluster: a bootstrap token is spent, a person lets it in where one has to, its key is certified, its neighbours learn of it. */
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Enrolment, EnrolmentWaiting, EnrolRequest } from '../../schema/api/nodes.ts';
import { type ClusterId, NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { bootstrapTokens, clusters, nodes } from '../../schema/tables/index.ts';
import { verifySealKey } from '../../schema/tokens/seal-key.ts';
import { record } from '../audit.ts';
import { isDuplicate, type Tx } from '../db.ts';
import { issueNodeCertificate, loadAuthority, requestedKey, spkiOf } from '../keys/authority.ts';
import { hashToken } from '../keys/opaque-token.ts';
import { loadKeySet } from '../keys/signing.ts';
import { requireProven } from '../partition/proven.ts';
import type { Services } from '../services.ts';
import { nodeJoins } from '../snapshots/change.ts';
import { lockCluster } from '../snapshots/publish.ts';
import { askedBefore, askToJoin, type From } from './ask-to-join.ts';

type Token = typeof bootstrapTokens.$inferSelect;

/**
 * @returns what the node is from now on, or that it has to wait for a person's word: it asks again with the same request
 * @throws Refusal `token_invalid` (unknown, expired, used up or revoked: which one is not told), `enrolment_refused`, `authority_not_proven`, `bad_request`, `conflict`
 */
export async function enrolNode(
  services: Services,
  request: EnrolRequest,
  from: From,
): Promise<Enrolment | EnrolmentWaiting> {
  const hash = await hashToken(request.token);
  const spki = await spkiOf(await requestedKey(request.csr));
  return services.db
    .platform(async (tx) => {
      const now = new Date(services.now());
      const token = await lockToken(tx, hash);
      const cluster = token.cluster as ClusterId;
      const before = await askedBefore(tx, token.id, request.name, spki);
      if (before?.decision === 'approved' && before.expiresAt > now)
        return admit(tx, services, { token, request, from });
      requireUsable(token, now);
      if (!(await needsApproval(tx, token))) {
        // Counted before the cluster is locked: two nodes can not spend the same last use.
        const spent = await spend(tx, token);
        if (!spent && !(await isUnseen(tx, token, request.name, spki))) throw notValid();
        return admit(tx, services, { token, request, from });
      }
      await requireProven(tx, cluster, services.now());
      return askToJoin(tx, { token, request, spki, before, from, now, spend: () => spend(tx, token) });
    })
    .catch((error: unknown) => {
      throw isDuplicate(error)
        ? new Refusal('conflict', `a node named ${request.name} is enrolled already`)
        : error;
    });
}

interface Admission {
  readonly token: Token;
  readonly request: EnrolRequest;
  readonly from: From;
}

async function admit(
  tx: Tx,
  { master, now }: Services,
  { token, request, from }: Admission,
): Promise<Enrolment> {
  const cluster = token.cluster as ClusterId;
  const { name } = request;
  await requireProven(tx, cluster, now());
  const id = NodeId.parse(crypto.randomUUID());
  await lockCluster(tx, cluster);
  const authority = await loadAuthority(tx, master, cluster);
  const issued = await issueNodeCertificate(authority, request.csr, { cluster, id, name }, new Date(now()));
  const sealKey = request.sealKey && (await verifySealKey(request.sealKey, issued.publicKey));
  await forgetUnseen(tx, cluster, name);
  await nodeJoins(tx, cluster, now(), {
    id,
    cluster,
    name,
    roles: token.roles,
    egressPools: token.egressPools,
    spki: issued.spki,
    publicKey: issued.publicKey,
    certificateHashes: [issued.hash],
    certificateExpiresAt: issued.expiresAt,
    certifiedBy: authority.id,
    ...(sealKey ? { sealKey } : {}),
  });
  const entry = { org: null, actor: `node:${id}`, action: 'node.enrol', subject: name } as const;
  await record(tx, { ...entry, requestId: from.requestId });
  return {
    node: id,
    cluster,
    certificate: issued.pem,
    ca: authority.certificate.toString('pem'),
    signingKeys: await loadKeySet(tx, 'signing', cluster),
    ...(sealKey ? { sealKey } : {}),
  };
}

async function needsApproval(tx: Tx, token: Token): Promise<boolean> {
  const [row] = await tx
    .select({ approval: clusters.approval })
    .from(clusters)
    .where(eq(clusters.id, token.cluster));
  return token.approval !== 'automatic' || row?.approval !== 'token';
}

/** Held, so that what one asks for twice at once is one thing. @throws Refusal `token_invalid` when there is none */
async function lockToken(tx: Tx, hash: string): Promise<Token> {
  const [token] = await tx.select().from(bootstrapTokens).where(eq(bootstrapTokens.hash, hash)).for('update');
  if (!token) throw notValid();
  return token;
}

function requireUsable({ expiresAt, revokedAt }: Token, now: Date): void {
  if (revokedAt !== null || expiresAt <= now) throw notValid();
}

/** @returns whether there was a use left */
async function spend(tx: Tx, { id }: Token): Promise<boolean> {
  const spent = await tx
    .update(bootstrapTokens)
    .set({ usesLeft: sql`${bootstrapTokens.usesLeft} - 1` })
    .where(and(eq(bootstrapTokens.id, id), gt(bootstrapTokens.usesLeft, 0)))
    .returning({ id: bootstrapTokens.id });
  return spent.length === 1;
}

const notValid = () => new Refusal('token_invalid', 'the bootstrap token is not valid: ask for a new one');

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
    .where(
      and(
        eq(nodes.cluster, cluster),
        eq(nodes.name, name),
        isNull(nodes.lastSeenAt),
        isNull(nodes.revokedAt),
      ),
    );
}
