/** A node waits at the door: it has a bootstrap token, and a person has not said yet whether it comes in. Until then it is told its own fingerprint and nothing else. */
import { and, eq, isNotNull, isNull, ne } from 'drizzle-orm';
import type { EnrolmentWaiting, EnrolRequest } from '../../schema/api/nodes.ts';
import { Refusal } from '../../schema/refusal.ts';
import { type bootstrapTokens, clusters, nodeRequests, nodes } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';

export interface From {
  readonly address: string;
  readonly requestId: string;
}

type NodeRequest = typeof nodeRequests.$inferSelect;
const HOUR_MS = 3_600_000;

export async function askedBefore(
  tx: Tx,
  token: string,
  name: string,
  spki: string,
): Promise<NodeRequest | undefined> {
  const [known] = await tx
    .select()
    .from(nodeRequests)
    .where(and(eq(nodeRequests.token, token), eq(nodeRequests.name, name), eq(nodeRequests.spki, spki)));
  return known;
}

export interface Asking {
  readonly token: typeof bootstrapTokens.$inferSelect;
  readonly request: EnrolRequest;
  readonly spki: string;
  readonly before: NodeRequest | undefined;
  readonly from: From;
  readonly now: Date;
  /** @returns whether the token had a use left */
  readonly spend: () => Promise<boolean>;
}

/** @throws Refusal `token_invalid`, `enrolment_refused`, `conflict` */
export async function askToJoin(tx: Tx, asking: Asking): Promise<EnrolmentWaiting> {
  const { before, now } = asking;
  if (before?.decision === 'refused')
    throw new Refusal('enrolment_refused', 'this node was refused: ask whoever gave the bootstrap token');
  if (before && before.expiresAt <= now)
    throw new Refusal(
      'enrolment_refused',
      'nobody approved this node in time: ask for a new bootstrap token',
    );
  const { id, spki, expiresAt } = before ?? (await begin(tx, asking));
  return { waiting: { request: id, fingerprint: spki, expiresAt: expiresAt.toISOString() } };
}

async function begin(tx: Tx, { token, request, spki, from, now, spend }: Asking): Promise<NodeRequest> {
  if (!(await spend()))
    throw new Refusal('token_invalid', 'the bootstrap token is not valid: ask for a new one');
  const { cluster } = token;
  const [taken] = await tx
    .select({ id: nodes.id })
    .from(nodes)
    .where(
      and(
        eq(nodes.cluster, cluster),
        eq(nodes.name, request.name),
        ne(nodes.spki, spki),
        isNotNull(nodes.lastSeenAt),
        isNull(nodes.revokedAt),
      ),
    );
  if (taken) throw new Refusal('conflict', `a node named ${request.name} is enrolled already`);
  const [policy] = await tx
    .select({ hours: clusters.approvalHours })
    .from(clusters)
    .where(eq(clusters.id, cluster));
  const [row] = await tx
    .insert(nodeRequests)
    .values({
      cluster,
      token: token.id,
      name: request.name,
      spki,
      facts: request.facts ?? null,
      address: from.address,
      expiresAt: new Date(now.getTime() + (policy?.hours ?? 1) * HOUR_MS),
    })
    .returning();
  if (!row) throw new Error('nothing was inserted');
  const entry = { org: null, actor: 'anonymous', action: 'node.request', subject: request.name } as const;
  await record(tx, { ...entry, requestId: from.requestId, detail: { request: row.id, fingerprint: spki } });
  return row;
}
