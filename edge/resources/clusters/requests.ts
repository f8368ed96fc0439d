/** Nodes that wait to be let in, and the word of a person on each. */
import { desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { ApproveNode, DecideNode, NodeRequestList, NodeRequestView } from '../../../schema/api/clusters.ts';
import { bootstrapTokens, nodeRequests } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { actorOf } from '../../caller.ts';
import { decideNode } from '../../flows/decide-node.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import { OneCluster } from './policy.ts';

const MOST = 500;
const OneRequest = OneCluster.extend({ request: z.uuid() });
const path = '/v1/platform/clusters/{cluster}/node-requests';
const list = createRoute({
  ...forPlatform('nodes.read'),
  method: 'get',
  path,
  summary: 'Nodes that asked to join, newest first',
  request: { params: OneCluster },
  responses: answers(200, NodeRequestList),
});
const approve = createRoute({
  ...forPlatform('nodes.manage'),
  method: 'post',
  path: `${path}/{request}/approve`,
  summary: 'Let a node in whose fingerprint was compared',
  request: { params: OneRequest, body: json(ApproveNode) },
  responses: answers(200, NodeRequestView),
});
const refuse = createRoute({
  ...forPlatform('nodes.manage'),
  method: 'post',
  path: `${path}/{request}/refuse`,
  summary: 'Refuse a node for good',
  request: { params: OneRequest, body: json(DecideNode) },
  responses: answers(200, NodeRequestView),
});

export const requests = newRouter();

requests.openapi(list, async (c) => {
  const { db, now } = c.get('services');
  const { cluster } = c.req.valid('param');
  const rows = await db.platform((tx) =>
    tx
      .select({
        request: nodeRequests,
        roles: bootstrapTokens.roles,
        egressPools: bootstrapTokens.egressPools,
      })
      .from(nodeRequests)
      .innerJoin(bootstrapTokens, eq(bootstrapTokens.id, nodeRequests.token))
      .where(eq(nodeRequests.cluster, cluster))
      .orderBy(desc(nodeRequests.createdAt))
      .limit(MOST),
  );
  return c.json({ requests: rows.map((row) => viewOf(row, now())) }, 200);
});

requests.openapi(approve, async (c) => {
  const services = c.get('services');
  const { cluster, request } = c.req.valid('param');
  const { fingerprint } = c.req.valid('json');
  const by = { actor: actorOf(c.get('caller')), requestId: c.get('requestId') };
  const row = await decideNode(services, { cluster, request, decision: 'approved', fingerprint, ...by });
  return c.json(viewOf(row, services.now()), 200);
});

requests.openapi(refuse, async (c) => {
  const services = c.get('services');
  const { cluster, request } = c.req.valid('param');
  const { reason } = c.req.valid('json');
  const by = { actor: actorOf(c.get('caller')), requestId: c.get('requestId') };
  const row = await decideNode(services, { cluster, request, decision: 'refused', reason, ...by });
  return c.json(viewOf(row, services.now()), 200);
});

interface Row {
  readonly request: typeof nodeRequests.$inferSelect;
  readonly roles: readonly string[];
  readonly egressPools: readonly string[];
}

function viewOf({ request, roles, egressPools }: Row, now: number): NodeRequestView {
  const { id, name, spki, facts, address, decision, decidedBy, createdAt, expiresAt } = request;
  const state = decision ?? (expiresAt.getTime() <= now ? 'expired' : 'waiting');
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return NodeRequestView.parse({
    id,
    name,
    roles,
    egressPools,
    fingerprint: spki,
    facts,
    address,
    state,
    decidedBy,
    ...times,
  });
}
