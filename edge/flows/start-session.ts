/** A service node starts a session: it is told the target, and given the credential sealed to its own key. */
import { and, eq, inArray } from 'drizzle-orm';
import type { ControlChange, ReportSession, SessionStart } from '../../schema/api/nodes.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { isOver, mayBecome } from '../../schema/session.ts';
import { SessionPolicy } from '../../schema/session-policy.ts';
import {
  attachments,
  clusters,
  nodes,
  resources,
  serviceAccounts,
  sessions,
} from '../../schema/tables/index.ts';
import { signFor } from '../../schema/tokens/signed.ts';
import { record } from '../audit.ts';
import type { CallingNode } from '../caller.ts';
import type { Tx } from '../db.ts';
import { loadSigner } from '../keys/signing.ts';
import { deliverCredential } from '../secrets/deliver.ts';
import type { Services } from '../services.ts';
import { orderRecording } from './order-recording.ts';

/** Seconds the signed answer is good for. */
const ANSWER_LIFETIME_S = 60;

async function placedHere(tx: Tx, node: CallingNode, id: SessionId) {
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.nodeId, node.id)))
    .for('update');
  if (!session) throw new Refusal('not_found');
  return session;
}

/** @param nonce made by the node for this call. @returns the signed answer, a compact JWS of SessionStart. @throws Refusal */
export async function startSession(
  services: Services,
  node: CallingNode,
  id: SessionId,
  nonce: string,
  requestId: string,
): Promise<string> {
  const { db, master, now } = services;
  return db.platform(async (tx) => {
    const session = await placedHere(tx, node, id);
    if (isOver(session.state)) throw new Refusal('session_ended');
    if (session.state !== 'requested' && session.state !== 'starting')
      throw new Refusal('conflict', 'the session was started before');
    await tx
      .update(sessions)
      .set({ state: 'starting', changedAt: new Date(now()) })
      .where(eq(sessions.id, id));
    const org = session.orgId as OrgId;
    const resource = session.resourceId as ResourceId;
    const [target] = await tx
      .select({
        target: resources.target,
        egressPool: resources.egressPool,
        name: resources.name,
        policy: resources.sessionPolicy,
      })
      .from(resources)
      .where(eq(resources.id, resource));
    if (!target) throw new Refusal('not_found');
    const epoch = await epochFor(tx, node, target.egressPool);
    const { generation } = session;
    const policy = SessionPolicy.parse(target.policy);
    const to = { cluster: node.cluster, node: node.id };
    const context = { ...to, org, session: id, generation, nonce };
    const credential = await deliverCredential(tx, services, {
      context,
      resource,
      user: session.userId,
      requestId,
    });
    const recording = await orderRecording(tx, services, { node, session, policy, target, requestId });
    const body: SessionStart = {
      epoch,
      egressPool: target.egressPool,
      session: id,
      generation,
      org,
      resource,
      target: target.target,
      nonce,
      holder: session.userId,
      policy,
      ...(recording === undefined ? {} : { recording }),
      ...(credential === undefined ? {} : { credential }),
    };
    await record(tx, {
      org,
      actor: `node:${node.id}`,
      action: 'session.start',
      subject: id,
      generation,
      about: session.userId,
      requestId,
    });
    const signer = await loadSigner(tx, master, 'signing', node.cluster);
    return signFor('session-start', to, body, signer, { now: now(), seconds: ANSWER_LIFETIME_S });
  });
}

/** The cluster's epoch, for a node that serves the pool. @throws Refusal `forbidden`: the resource was moved elsewhere since */
async function epochFor(tx: Tx, { id, cluster }: CallingNode, pool: string): Promise<number> {
  const [row] = await tx
    .select({ epoch: clusters.epoch, pools: nodes.egressPools })
    .from(nodes)
    .innerJoin(clusters, eq(clusters.id, nodes.cluster))
    .where(and(eq(nodes.id, id), eq(nodes.cluster, cluster)));
  if (!row?.pools.includes(pool)) throw new Refusal('forbidden', 'this node does not serve that egress pool');
  return row.epoch;
}

/** The node's word on a session's state, fenced by generation. @throws Refusal `stale_generation`, `conflict`, `not_found` */
export async function reportSession(
  { db, now }: Services,
  node: CallingNode,
  id: SessionId,
  report: ReportSession,
  requestId: string,
): Promise<void> {
  await db.platform(async (tx) => {
    const session = await placedHere(tx, node, id);
    if (session.generation !== report.generation) throw new Refusal('stale_generation');
    if (report.control) await controlChanged(tx, session, report.control, requestId);
    if (session.state === report.state) return;
    if (!mayBecome(session.state, report.state))
      throw new Refusal('conflict', `a session that is ${session.state} can not become ${report.state}`);
    const reason = report.reason ?? null;
    await tx
      .update(sessions)
      .set({ state: report.state, reason, changedAt: new Date(now()) })
      .where(eq(sessions.id, id));
    const org = session.orgId as OrgId;
    const entry = {
      org,
      actor: `node:${node.id}`,
      action: `session.${report.state}`,
      subject: id,
      generation: report.generation,
      about: session.userId,
    } as const;
    await record(tx, { ...entry, ...(reason === null ? {} : { reason }), requestId });
  });
}

/** Whoever came or left, under their own name and with the reason they gave; told twice, written once. */
async function controlChanged(
  tx: Tx,
  session: typeof sessions.$inferSelect,
  { number, attachment, change }: ControlChange,
  requestId: string,
): Promise<void> {
  if (number <= session.controlNumber) return;
  const [who] = await tx
    .select()
    .from(attachments)
    .where(and(eq(attachments.id, attachment), eq(attachments.sessionId, session.id)));
  const controllerId = change === 'control' && who ? who.userId : session.controllerId;
  await tx.update(sessions).set({ controlNumber: number, controllerId }).where(eq(sessions.id, session.id));
  // Rows of attachments are kept for a day: of one that left later, its coming tells.
  if (!who) return;
  const org = session.orgId as OrgId;
  await record(tx, {
    org,
    actor: await actorById(tx, org, who.userId),
    action: `session.${change}`,
    subject: session.id,
    generation: session.generation,
    about: session.userId,
    ...(who.reason === null ? {} : { reason: who.reason }),
    detail: { attachment, role: who.role, number },
    requestId,
  });
}

async function actorById(tx: Tx, org: OrgId, id: string) {
  const [account] = await tx
    .select({ id: serviceAccounts.id })
    .from(serviceAccounts)
    .where(and(eq(serviceAccounts.orgId, org), eq(serviceAccounts.id, id)));
  return account ? (`service-account:${id}` as const) : (`user:${id}` as const);
}

/** Of the sessions a node holds, those that must end; and those it was to hold and does not, which failed with it. */
export async function reconcileSessions(
  tx: Tx,
  node: CallingNode,
  held: readonly SessionId[],
  now: Date,
  requestId: string,
): Promise<SessionId[]> {
  const active = ['active', 'detached'] as const;
  const rows = await tx
    .select({ id: sessions.id, state: sessions.state })
    .from(sessions)
    .where(and(eq(sessions.nodeId, node.id), inArray(sessions.state, ['requested', 'starting', ...active])));
  const alive = new Set(rows.map(({ id }) => id));
  const lost = rows.filter(
    ({ id, state }) => (state === 'active' || state === 'detached') && !held.includes(id as SessionId),
  );
  if (lost.length > 0) {
    const reason = 'its service node restarted';
    const failed = await tx
      .update(sessions)
      .set({ state: 'failed', reason, changedAt: now })
      .where(
        and(
          inArray(
            sessions.id,
            lost.map(({ id }) => id),
          ),
          inArray(sessions.state, [...active]),
        ),
      )
      .returning();
    for (const session of failed) {
      await record(tx, {
        org: session.orgId as OrgId,
        actor: `node:${node.id}`,
        action: 'session.failed',
        subject: session.id,
        reason,
        generation: session.generation,
        about: session.userId,
        requestId,
      });
    }
  }
  return held.filter((id) => !alive.has(id));
}
