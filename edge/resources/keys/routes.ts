/** The key service and what is done to keys, for the platform; what an organization's own key was used for, for the organization. */
import { z } from 'zod';
import {
  ClusterKey,
  ClusterKeysView,
  KeyOperationView,
  KeyServiceView,
  KeyUseList,
  KeyUseQuery,
  RotateClusterKey,
  StartKeyOperation,
} from '../../../schema/api/keys.ts';
import { ClusterId, OrgId } from '../../../schema/ids.ts';
import { forMembers, forPlatform } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import { clusterKeys, rotateClusterKey } from '../../flows/rotate-cluster-key.ts';
import { ringOf, type Sealer } from '../../keys/envelope.ts';
import { KeyServiceError } from '../../keys/key-service.ts';
import { listKeyUses } from '../../keys/uses.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { cancelOperation, listOperations, startOperation, viewOf } from './operations.ts';

const PATH = '/v1/platform/keys';

const show = createRoute({
  ...forPlatform('clusters.read'),
  method: 'get',
  path: PATH,
  summary: 'The key service, and what is done to keys',
  responses: answers(200, KeyServiceView),
});
const start = createRoute({
  ...forPlatform('clusters.manage'),
  method: 'post',
  path: `${PATH}/operations`,
  summary: 'Wrap all keys anew, or exchange the data keys of organizations',
  request: { body: json(StartKeyOperation) },
  responses: answers(201, KeyOperationView),
});
const cancel = createRoute({
  ...forPlatform('clusters.manage'),
  method: 'delete',
  path: `${PATH}/operations/{operation}`,
  summary: 'Stop an operation on keys',
  request: { params: z.object({ operation: z.uuid() }) },
  responses: answersNothing,
});
const uses = createRoute({
  ...forMembers('audit.read'),
  method: 'get',
  path: '/v1/orgs/{org}/key-uses',
  summary: "What the organization's data key was used for, newest first",
  request: { params: z.object({ org: OrgId }), query: KeyUseQuery },
  responses: answers(200, KeyUseList),
});
const OneCluster = z.object({ cluster: ClusterId });
const showCluster = createRoute({
  ...forPlatform('clusters.read'),
  method: 'get',
  path: '/v1/platform/clusters/{cluster}/keys',
  summary: "A cluster's CA and signing key, and what their rotation waits for",
  request: { params: OneCluster },
  responses: answers(200, ClusterKeysView),
});
const rotate = createRoute({
  ...forPlatform('clusters.manage'),
  method: 'post',
  path: '/v1/platform/clusters/{cluster}/keys/{purpose}/rotation',
  summary: "Take the rotation of a cluster's CA or signing key a step on, or back",
  request: { params: OneCluster.extend({ purpose: ClusterKey }), body: json(RotateClusterKey) },
  responses: answers(200, ClusterKeysView),
});

export const keyRoutes = newRouter();

keyRoutes.openapi(show, async (c) => {
  const { db, master } = c.get('services');
  const operations = await db.platform(listOperations);
  return c.json({ ...(await serviceState(master)), operations }, 200);
});

async function serviceState(master: Sealer) {
  try {
    const { backend, version, opens } = await ringOf(master).service.describe();
    return { service: { backend, version, opens: [...opens] }, error: null };
  } catch (error) {
    if (!(error instanceof KeyServiceError)) throw error;
    return { service: null, error: error.message };
  }
}

keyRoutes.openapi(start, async (c) => {
  const { db } = c.get('services');
  const wanted = c.req.valid('json');
  const actor = actorOf(c.get('caller'));
  const row = await db.platform(async (tx) => {
    const made = await startOperation(tx, wanted, actor);
    const entry = { actor, action: `keys.${wanted.kind}`, subject: made.id, reason: wanted.reason } as const;
    await record(tx, { org: null, ...entry, requestId: c.get('requestId') });
    return made;
  });
  return c.json(viewOf(row), 201);
});

keyRoutes.openapi(cancel, async (c) => {
  const { db, now } = c.get('services');
  const { operation } = c.req.valid('param');
  await db.platform(async (tx) => {
    await cancelOperation(tx, operation, new Date(now()));
    await record(tx, {
      org: null,
      actor: actorOf(c.get('caller')),
      action: 'keys.cancel',
      subject: operation,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});

keyRoutes.openapi(uses, async (c) => {
  const { org } = c.req.valid('param');
  const page = c.req.valid('query');
  const rows = await c.get('services').db.org(org, (tx) => listKeyUses(tx, org, page));
  const views = rows.map(({ orgId: _, minute, ...use }) => ({ minute: minute.toISOString(), ...use }));
  return c.json({ uses: views }, 200);
});

keyRoutes.openapi(showCluster, async (c) => {
  return c.json(await clusterKeys(c.get('services'), c.req.valid('param').cluster), 200);
});

keyRoutes.openapi(rotate, async (c) => {
  const services = c.get('services');
  const { cluster, purpose } = c.req.valid('param');
  const who = { actor: actorOf(c.get('caller')), requestId: c.get('requestId') };
  await rotateClusterKey(services, { cluster, purpose, wanted: c.req.valid('json'), ...who });
  return c.json(await clusterKeys(services, cluster), 200);
});
