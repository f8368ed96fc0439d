/** Opening a session crosses resources: who may, which service node, which entries, and the one token that lets the client in. */
import { and, arrayContains, arrayOverlaps, desc, eq, gt, isNotNull, isNull } from 'drizzle-orm';
import { calculateJwkThumbprint } from 'jose';
import type { EntryPoint, SessionTicket } from '../../schema/api/sessions.ts';
import {
  AttachmentId,
  type ClusterId,
  NodeId,
  type OrgId,
  type ResourceId,
  SessionId,
} from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { isOver } from '../../schema/session.ts';
import { attachments, clusters, nodes, organizations, sessions } from '../../schema/tables/index.ts';
import { DATA_PLANE_LIFETIME_S, issueDataPlaneToken } from '../../schema/tokens/data-plane.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import { WEBTRANSPORT_PATH } from '../../schema/wire/attach.ts';
import { record } from '../audit.ts';
import { actorOf, type Caller, type Member, principalOf } from '../caller.ts';
import type { Tx } from '../db.ts';
import { loadSigner } from '../keys/signing.ts';
import { requireActive } from '../policy/suspended.ts';
import { requireRoom } from '../quotas.ts';
import { findResource, listAllowed } from '../resources/resources/store.ts';
import type { Services } from '../services.ts';

/** A node that was not heard of for so long gets no new sessions. */
export const LIVE_MS = 30_000;
const ENTRIES = 3;

export interface Opening {
  readonly org: OrgId;
  readonly caller: Caller;
  readonly member: Member;
  readonly key: ClientKey;
  readonly requestId: string;
}

/** A new session on a resource. @throws Refusal */
export async function openSession(
  services: Services,
  opening: Opening,
  resource: ResourceId,
): Promise<SessionTicket> {
  const { org, caller } = opening;
  const { allowed, pool } = await reachable(services, opening, resource);
  const cluster = await clusterOf(services, org);
  const service = await services.db.platform((tx) => pickService(tx, cluster, pool, services.now()));
  const session = await services.db.org(org, async (tx) => {
    await requireRoom(tx, org, 'sessions', services.now());
    const [row] = await tx
      .insert(sessions)
      .values({ orgId: org, resourceId: resource, userId: caller.user, nodeId: service })
      .returning({ id: sessions.id, generation: sessions.generation });
    if (!row) throw new Error('nothing was inserted');
    // Only now: whoever suspends waits for this row, or this row has waited for them.
    await requireActive(tx, org);
    const id = SessionId.parse(row.id);
    await record(tx, {
      org,
      actor: actorOf(caller),
      action: 'session.open',
      subject: `${id} on ${resource}`,
      requestId: opening.requestId,
    });
    return { id, generation: row.generation };
  });
  return ticket(services, opening, { ...session, resource, service, cluster, allowed });
}

/** Another attachment to a session of mine that lives. @throws Refusal */
export async function attachSession(
  services: Services,
  opening: Opening,
  id: SessionId,
): Promise<SessionTicket> {
  const { org, caller } = opening;
  const session = await services.db.org(org, (tx) => ownSession(tx, caller, id));
  if (isOver(session.state)) throw new Refusal('session_ended');
  const resource = session.resourceId as ResourceId;
  const { allowed } = await reachable(services, opening, resource);
  const cluster = await clusterOf(services, org);
  const service = NodeId.parse(session.nodeId);
  return ticket(services, opening, {
    id,
    generation: session.generation,
    resource,
    service,
    cluster,
    allowed,
  });
}

export async function ownSession(tx: Tx, caller: Caller, id: SessionId) {
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.userId, caller.user)));
  if (!session) throw new Refusal('not_found');
  return session;
}

async function reachable({ db, now }: Services, { org, caller, member }: Opening, resource: ResourceId) {
  return db.org(org, async (tx) => {
    const principal = principalOf(caller, member);
    const [allowed] = await listAllowed(tx, org, principal, new Date(now()), resource);
    if (!allowed) throw new Refusal('not_found');
    return { allowed, pool: (await findResource(tx, resource)).egressPool };
  });
}

async function clusterOf({ db }: Services, org: OrgId): Promise<ClusterId> {
  const [row] = await db.org(org, (tx) =>
    tx.select({ cluster: organizations.cluster }).from(organizations).where(eq(organizations.id, org)),
  );
  if (!row) throw new Refusal('not_found');
  return row.cluster as ClusterId;
}

const live = (cluster: ClusterId, now: number) =>
  and(
    eq(nodes.cluster, cluster),
    isNull(nodes.revokedAt),
    gt(nodes.certificateExpiresAt, new Date(now)),
    gt(nodes.lastSeenAt, new Date(now - LIVE_MS)),
  );

async function pickService(tx: Tx, cluster: ClusterId, pool: string, now: number): Promise<NodeId> {
  const [row] = await tx
    .select({ id: nodes.id })
    .from(nodes)
    .where(
      and(
        live(cluster, now),
        arrayContains(nodes.roles, ['service']),
        isNotNull(nodes.sealKey),
        arrayOverlaps(nodes.egressPools, [pool]),
      ),
    )
    .orderBy(desc(nodes.lastSeenAt))
    .limit(1);
  if (!row) throw new Refusal('no_service_node');
  return NodeId.parse(row.id);
}

async function pickEntries(
  tx: Tx,
  cluster: ClusterId,
  now: number,
): Promise<{ ids: NodeId[]; points: EntryPoint[] }> {
  const rows = await tx
    .select({ id: nodes.id, endpoints: nodes.endpoints, hashes: nodes.certificateHashes })
    .from(nodes)
    .where(and(live(cluster, now), arrayContains(nodes.roles, ['entry'])))
    .orderBy(desc(nodes.lastSeenAt))
    .limit(ENTRIES);
  const usable = rows.filter(({ endpoints }) => endpoints.length > 0);
  if (usable.length === 0) throw new Refusal('no_entry');
  return {
    ids: usable.map(({ id }) => NodeId.parse(id)),
    points: usable.map(({ endpoints, hashes }) => ({
      url: `https://${endpoints[0]}${WEBTRANSPORT_PATH}`,
      certificateHashes: hashes,
    })),
  };
}

interface Placed {
  readonly id: SessionId;
  readonly generation: number;
  readonly resource: ResourceId;
  readonly service: NodeId;
  readonly cluster: ClusterId;
  readonly allowed: Awaited<ReturnType<typeof reachable>>['allowed'];
}

async function ticket(
  services: Services,
  { org, caller, key, requestId }: Opening,
  placed: Placed,
): Promise<SessionTicket> {
  const { db, master, now } = services;
  const { entries, signer, sealKey, epoch } = await db.platform(async (tx) => ({
    entries: await pickEntries(tx, placed.cluster, now()),
    sealKey: await sealKeyOf(tx, placed.service),
    signer: await loadSigner(tx, master, 'signing', placed.cluster),
    epoch: await epochOf(tx, placed.cluster),
  }));
  const attachment = AttachmentId.parse(crypto.randomUUID());
  await db.org(org, async (tx) => {
    const expiresAt = new Date(now() + DATA_PLANE_LIFETIME_S * 1000);
    await tx
      .insert(attachments)
      .values({ id: attachment, orgId: org, sessionId: placed.id, userId: caller.user, expiresAt });
    const subject = `${attachment} to ${placed.id}`;
    await record(tx, {
      org,
      actor: actorOf(caller),
      action: 'session.attach',
      subject,
      generation: placed.generation,
      requestId,
    });
  });
  const claims = {
    jti: crypto.randomUUID(),
    sub: caller.user,
    org,
    cluster: placed.cluster,
    epoch,
    session: placed.id,
    generation: placed.generation,
    attachment,
    resource: placed.resource,
    protocol: placed.allowed.protocol,
    service: placed.service,
    seal: sealKey,
    entries: entries.ids,
    channels: placed.allowed.channels,
    cnf: { jkt: await calculateJwkThumbprint(key) },
  };
  const [token, resume] = await Promise.all([
    issueDataPlaneToken(claims, signer, now()),
    issueDataPlaneToken(claims, signer, now(), 'resume'),
  ]);
  return { session: placed.id, attachment, token, resume, sealKey, entries: entries.points };
}

async function epochOf(tx: Tx, cluster: ClusterId): Promise<number> {
  const [row] = await tx.select({ epoch: clusters.epoch }).from(clusters).where(eq(clusters.id, cluster));
  if (!row) throw new Refusal('not_found');
  return row.epoch;
}

/** Asked for with each ticket: the node may have another since. */
async function sealKeyOf(tx: Tx, service: NodeId): Promise<string> {
  const [row] = await tx.select({ sealKey: nodes.sealKey }).from(nodes).where(eq(nodes.id, service));
  if (!row?.sealKey) throw new Refusal('no_service_node');
  return row.sealKey;
}
