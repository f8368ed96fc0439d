/** What nodes call: enrol, renew, fetch their snapshot, say they live, start and report sessions. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { isNews, LIVE_CLOSE, type LiveNews, NODE_LIVE_PATH } from '../../../schema/api/node-live.ts';
import {
  Enrolment,
  EnrolmentWaiting,
  EnrolRequest,
  Heartbeat,
  HeartbeatAnswer,
  Renewal,
  RenewRequest,
  ReportSession,
  SnapshotAnswer,
  SnapshotQuery,
  StartAnswer,
  StartSession,
} from '../../../schema/api/nodes.ts';
import { type NodeId, SessionId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { nodes as table } from '../../../schema/tables/index.ts';
import { verifySealKey } from '../../../schema/tokens/seal-key.ts';
import { forAnyone, forNodes, forNodesEvenRevoked } from '../../access.ts';
import { record } from '../../audit.ts';
import type { CallingNode } from '../../caller.ts';
import { clientAddress } from '../../client-address.ts';
import { enrolNode } from '../../flows/enrol-node.ts';
import { NodeLive } from '../../flows/node-live.ts';
import { reconcileSessions, reportSession, startSession } from '../../flows/start-session.ts';
import { issueNodeCertificate, loadAuthority } from '../../keys/authority.ts';
import { requireStanding } from '../../middleware/authenticate-node.ts';
import { believeNewer } from '../../partition/newer.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import type { Services } from '../../services.ts';
import { nodeChanges } from '../../snapshots/change.ts';
import { acknowledge, isBehind, lockCluster, newsFor, versionOf } from '../../snapshots/publish.ts';
import { watchOf } from '../../snapshots/watch.ts';

const ENROL = { name: 'enrol', max: 60, windowS: 60 };
const KEPT_HASHES = 2;
/** A wait for a live connection's news; then another begins. */
const NEWS_WAIT_MS = 60_000;

const OneSession = z.object({ session: SessionId });
const enrol = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/nodes/enrol',
  summary: 'Join a cluster with a bootstrap token',
  request: { body: json(EnrolRequest) },
  responses: {
    ...answers(201, Enrolment),
    202: { description: 'A person has to approve the node first', ...json(EnrolmentWaiting) },
  },
});
const renew = createRoute({
  ...forNodes,
  method: 'post',
  path: '/v1/node/renew',
  summary: "Renew this node's certificate",
  request: { body: json(RenewRequest) },
  responses: answers(200, Renewal),
});
const snapshot = createRoute({
  ...forNodesEvenRevoked,
  method: 'get',
  path: '/v1/node/snapshot',
  summary: 'What this node must know, signed; waits for news',
  request: { query: SnapshotQuery },
  responses: { ...answers(200, SnapshotAnswer), 204: { description: 'Nothing newer' } },
});
const heartbeat = createRoute({
  ...forNodes,
  method: 'post',
  path: '/v1/node/heartbeat',
  summary: 'Say that this node lives, and what it holds',
  request: { body: json(Heartbeat) },
  responses: answers(200, HeartbeatAnswer),
});
const live = createRoute({
  ...forNodes,
  method: 'get',
  path: NODE_LIVE_PATH,
  summary: 'The same over one WebSocket, kept open: heartbeats, and the news of a newer snapshot',
  responses: { ...answersNothing, 101: { description: 'A WebSocket' } },
});
const start = createRoute({
  ...forNodes,
  method: 'post',
  path: '/v1/node/sessions/{session}/start',
  summary: 'Start a session that was placed here: its target and sealed credential',
  request: { params: OneSession, body: json(StartSession) },
  responses: answers(200, StartAnswer),
});
const report = createRoute({
  ...forNodes,
  method: 'post',
  path: '/v1/node/sessions/{session}/state',
  summary: "Report a session's state",
  request: { params: OneSession, body: json(ReportSession) },
  responses: answersNothing,
});

export const nodes = newRouter();

nodes.openapi(enrol, async (c) => {
  const services = c.get('services');
  await services.limits.attempt(ENROL, clientAddress(c));
  const from = { address: clientAddress(c), requestId: c.get('requestId') };
  const answer = await enrolNode(services, c.req.valid('json'), from);
  return 'waiting' in answer ? c.json(answer, 202) : c.json(answer, 201);
});

nodes.openapi(renew, async (c) => {
  const services = c.get('services');
  const node = c.get('node');
  const now = new Date(services.now());
  const { csr, sealKey: stated } = c.req.valid('json');
  const renewal = await services.db.platform(async (tx) => {
    await lockCluster(tx, node.cluster);
    const [row] = await tx.select().from(table).where(eq(table.id, node.id)).for('update');
    if (!row) throw new Refusal('token_invalid');
    const authority = await loadAuthority(tx, services.master, node.cluster);
    const issued = await issueNodeCertificate(authority, csr, { ...node, name: row.name }, now);
    const sealKey = stated && (await verifySealKey(stated, issued.publicKey));
    await nodeChanges(tx, node.cluster, services.now(), node.id, {
      spki: issued.spki,
      publicKey: issued.publicKey,
      certificateHashes: [issued.hash, ...row.certificateHashes].slice(0, KEPT_HASHES),
      certificateExpiresAt: issued.expiresAt,
      certifiedBy: authority.id,
      ...(sealKey ? { sealKey } : {}),
    });
    await record(tx, {
      org: null,
      actor: `node:${node.id}`,
      action: 'node.renew',
      requestId: c.get('requestId'),
    });
    return { certificate: issued.pem, ...(sealKey ? { sealKey } : {}) };
  });
  return c.json(renewal, 200);
});

nodes.openapi(snapshot, async (c) => {
  const services = c.get('services');
  const node = c.get('node');
  const { since, wait, epoch, increments } = c.req.valid('query');
  const wanted = { cluster: node.cluster, node: node.id, since, epoch, increments: increments === 'yes' };
  await services.db.platform((tx) => acknowledge(tx, node.id, since));
  const isThere = async () => isBehind(wanted, await services.db.platform((tx) => versionOf(tx, node.id)));
  const { signal } = c.req.raw;
  const mayBe = wait === 0 || (await watchOf(services.db).news(node.id, wait * 1000, signal, isThere));
  if (!mayBe) return c.body(null, 204);
  const news = await newsFor(services, wanted);
  return news ? c.json(news, 200) : c.body(null, 204);
});

nodes.openapi(heartbeat, async (c) => {
  const answer = await hear(c.get('services'), c.get('node'), c.req.valid('json'), c.get('requestId'));
  return c.json(answer, 200);
});

/** One heartbeat, by request or over a live connection. */
async function hear(
  services: Services,
  node: CallingNode,
  { endpoints, sessions, newerAuthority, snapshotVersion }: Heartbeat,
  requestId: string,
): Promise<HeartbeatAnswer> {
  if (newerAuthority !== undefined) await believeNewer(services, node, newerAuthority, requestId);
  const now = new Date(services.now());
  return services.db.platform(async (tx) => {
    const [row] = await tx.select({ endpoints: table.endpoints }).from(table).where(eq(table.id, node.id));
    if (!row) throw new Refusal('token_invalid');
    const moved = row.endpoints.join() !== endpoints.join();
    if (moved) await lockCluster(tx, node.cluster);
    const set = { lastSeenAt: now, endpoints };
    if (moved) await nodeChanges(tx, node.cluster, services.now(), node.id, set);
    else await tx.update(table).set(set).where(eq(table.id, node.id));
    if (snapshotVersion !== undefined) await acknowledge(tx, node.id, snapshotVersion);
    const end = await reconcileSessions(
      tx,
      node,
      sessions.map(({ id }) => id),
      now,
      requestId,
    );
    const { version, epoch } = await versionOf(tx, node.id);
    return { snapshotVersion: version, epoch, end };
  });
}

/** Resolves when there may be something newer, or after a while, with what is newest then. */
async function newestAfter(
  { db }: Services,
  node: NodeId,
  than: LiveNews,
  signal: AbortSignal,
): Promise<LiveNews> {
  const newest = async () => {
    const { version, epoch } = await db.platform((tx) => versionOf(tx, node));
    return { snapshotVersion: version, epoch };
  };
  const isThere = async () => isNews(than, await newest());
  await watchOf(db).news(node, NEWS_WAIT_MS, signal, isThere);
  return newest();
}

/** One for each node; a newer takes the place of an older. */
const lives = new Map<NodeId, NodeLive>();

nodes.openapi(live, async (c) => {
  const services = c.get('services');
  const node = c.get('node');
  const requestId = c.get('requestId');
  if (!services.upgrade || c.req.header('upgrade')?.toLowerCase() !== 'websocket')
    throw new Refusal('bad_request', 'this is for WebSockets, and not every control API holds them open');
  let held: NodeLive | undefined;
  const over = () => {
    held?.gone();
    if (held && lives.get(node.id) === held) lives.delete(node.id);
  };
  const answer = await services.upgrade(c, {
    onOpen: (_, socket) => {
      lives.get(node.id)?.close(LIVE_CLOSE.replaced, 'a newer connection took its place');
      held = new NodeLive({
        socket,
        beat: async (beat) => {
          await requireStanding(services, node);
          return hear(services, node, beat, requestId);
        },
        news: (than, signal) => newestAfter(services, node.id, than, signal),
      });
      lives.set(node.id, held);
    },
    onMessage: ({ data }) => void held?.heard(typeof data === 'string' ? data : 'not text'),
    onClose: over,
    onError: over,
  });
  return answer as Response;
});

nodes.openapi(start, async (c) => {
  const node = c.get('node');
  const { session } = c.req.valid('param');
  const answer = await startSession(
    c.get('services'),
    node,
    session,
    c.req.valid('json').nonce,
    c.get('requestId'),
  );
  return c.json({ answer }, 200);
});

nodes.openapi(report, async (c) => {
  const node = c.get('node');
  await reportSession(
    c.get('services'),
    node,
    c.req.valid('param').session,
    c.req.valid('json'),
    c.get('requestId'),
  );
  return c.body(null, 204);
});
