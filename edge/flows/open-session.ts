/** Opening a session crosses resources: who may, which service node, which entries, and the one token that lets the client in. */
import { and, arrayContains, arrayOverlaps, desc, eq, gt, isNotNull, isNull } from 'drizzle-orm';
import { calculateJwkThumbprint } from 'jose';
import { PROTOCOL_CHANNELS, type ResourceView } from '../../schema/api/resources.ts';
import type { AttachSession, EntryPoint, SessionTicket } from '../../schema/api/sessions.ts';
import {
  AttachmentId,
  type ClusterId,
  NodeId,
  type OrgId,
  type ResourceId,
  SessionId,
} from '../../schema/ids.ts';
import { bandwidthOf } from '../../schema/quotas.ts';
import { Refusal } from '../../schema/refusal.ts';
import { isOver } from '../../schema/session.ts';
import { SessionPolicy } from '../../schema/session-policy.ts';
import {
  attachments,
  clusters,
  nodes,
  organizations,
  resources,
  serviceAccounts,
  sessions,
  users,
} from '../../schema/tables/index.ts';
import { DATA_PLANE_LIFETIME_S, issueDataPlaneToken } from '../../schema/tokens/data-plane.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import { WEBTRANSPORT_PATH } from '../../schema/wire/attach.ts';
import { record } from '../audit.ts';
import { actorOf, type Caller, type Member, principalOf } from '../caller.ts';
import type { Tx } from '../db.ts';
import { loadSigner } from '../keys/signing.ts';
import { requireActive } from '../policy/suspended.ts';
import { quotasOf, requireRoom } from '../quotas.ts';
import { findResource, listAllowed } from '../resources/resources/store.ts';
import type { Services } from '../services.ts';
import { requireRecent } from '../sign-in/policy.ts';
import { channelsOfRole } from './channels-of-role.ts';
import { requireRecordable } from './order-recording.ts';

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
  const { allowed, pool, policy } = await reachable(services, opening, resource);
  requireProof(services, caller, policy);
  requireRecordable(services, allowed.protocol, policy);
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
  const seat = { role: 'controller' as const };
  return ticket(services, opening, { ...session, resource, service, cluster, allowed, seat });
}

/** As what, and why. */
export type Seat = Pick<AttachSession, 'role' | 'reason'>;

/** Another attachment to a session of mine that lives. @throws Refusal */
export async function attachSession(
  services: Services,
  opening: Opening,
  id: SessionId,
  seat: Seat,
): Promise<SessionTicket> {
  const session = await services.db.org(opening.org, (tx) => ownSession(tx, opening.caller, id));
  requireLive(session);
  const resource = session.resourceId as ResourceId;
  const { allowed, policy } = await reachable(services, opening, resource);
  requireProof(services, opening.caller, policy);
  return ticketFor(services, opening, session, allowed, seat);
}

/** An attachment to somebody else's session, for whom the route found permitted. Watching takes no access to the resource; typing does. @throws Refusal */
export async function joinSession(
  services: Services,
  opening: Opening,
  id: SessionId,
  seat: Seat,
): Promise<SessionTicket> {
  const { org, caller } = opening;
  const { session, resource } = await services.db.org(org, (tx) => sessionWithResource(tx, org, id));
  requireLive(session);
  const policy = SessionPolicy.parse(resource.sessionPolicy);
  requireProof(services, caller, policy);
  const audience = { observer: policy.observe, shared: policy.share, controller: 'permitted' } as const;
  if (audience[seat.role ?? 'controller'] !== 'permitted') throw new Refusal('watching_refused');
  const { id: resourceId, name, protocol } = resource;
  const allowed =
    seat.role === 'observer'
      ? { id: resourceId as ResourceId, name, protocol, channels: PROTOCOL_CHANNELS[protocol] }
      : (await reachable(services, opening, resourceId as ResourceId)).allowed;
  return ticketFor(services, opening, session, allowed, seat);
}

/** Before anything else: whoever lost the resource with it learns that the session is over. */
function requireLive({ state }: typeof sessions.$inferSelect): void {
  if (isOver(state)) throw new Refusal('session_ended');
}

async function ticketFor(
  services: Services,
  opening: Opening,
  session: typeof sessions.$inferSelect,
  allowed: Placed['allowed'],
  seat: Seat,
): Promise<SessionTicket> {
  return ticket(services, opening, {
    id: SessionId.parse(session.id),
    generation: session.generation,
    resource: session.resourceId as ResourceId,
    service: NodeId.parse(session.nodeId),
    cluster: await clusterOf(services, opening.org),
    allowed,
    seat,
  });
}

/** @throws Refusal `not_found` */
async function sessionWithResource(tx: Tx, org: OrgId, id: SessionId) {
  const [found] = await tx
    .select({ session: sessions, resource: resources })
    .from(sessions)
    .innerJoin(resources, eq(resources.id, sessions.resourceId))
    .where(and(eq(sessions.orgId, org), eq(sessions.id, id)));
  if (!found) throw new Refusal('not_found');
  return found;
}

/** @throws Refusal `step_up_required` where the resource wants a recent proof; a key proves nobody */
function requireProof({ now }: Services, { authenticatedAt }: Caller, { stepUp }: SessionPolicy): void {
  if (stepUp) requireRecent(authenticatedAt, now());
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
    const { egressPool: pool, sessionPolicy } = await findResource(tx, resource);
    return { allowed, pool, policy: SessionPolicy.parse(sessionPolicy) };
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
  readonly allowed: ResourceView;
  readonly seat: Seat;
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
  const { role = 'controller', reason } = placed.seat;
  const { name, limits } = await db.org(org, async (tx) => {
    const expiresAt = new Date(now() + DATA_PLANE_LIFETIME_S * 1000);
    await tx.insert(attachments).values({
      id: attachment,
      orgId: org,
      sessionId: placed.id,
      userId: caller.user,
      role,
      reason: reason ?? null,
      expiresAt,
    });
    const subject = `${attachment} to ${placed.id}`;
    await record(tx, {
      org,
      actor: actorOf(caller),
      action: 'session.attach',
      subject,
      generation: placed.generation,
      ...(reason === undefined ? {} : { reason }),
      detail: { role },
      requestId,
    });
    return {
      name: await nameOf(tx, caller),
      limits: bandwidthOf(await quotasOf(tx, org), placed.allowed.protocol),
    };
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
    channels: channelsOfRole(role, placed.allowed.channels),
    limits,
    role,
    name,
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

/** As the others in the session read it. Whoever does not belong to the organization has no name in it. */
async function nameOf(tx: Tx, { user, key }: Caller): Promise<string> {
  const [row] = key
    ? await tx
        .select({ name: serviceAccounts.name })
        .from(serviceAccounts)
        .where(eq(serviceAccounts.id, user))
    : await tx.select({ name: users.name }).from(users).where(eq(users.id, user));
  return (row?.name ?? 'Somebody of the platform').slice(0, 200);
}

/** Asked for with each ticket: the node may have another since. */
async function sealKeyOf(tx: Tx, service: NodeId): Promise<string> {
  const [row] = await tx.select({ sealKey: nodes.sealKey }).from(nodes).where(eq(nodes.id, service));
  if (!row?.sealKey) throw new Refusal('no_service_node');
  return row.sealKey;
}
