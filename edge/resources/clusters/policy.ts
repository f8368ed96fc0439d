/** By what rules a cluster takes nodes in, and when its control plane's word counts. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { ChangeClusterPolicy, ClusterPolicy } from '../../../schema/api/clusters.ts';
import { ClusterId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { clusters } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';

export const OneCluster = z.object({ cluster: ClusterId });
const path = '/v1/platform/clusters/{cluster}/policy';
const read = createRoute({
  ...forPlatform('clusters.read'),
  method: 'get',
  path,
  summary: 'How the cluster takes nodes in',
  request: { params: OneCluster },
  responses: answers(200, ClusterPolicy),
});
const change = createRoute({
  ...forPlatform('clusters.manage'),
  method: 'patch',
  path,
  summary: 'Change how the cluster takes nodes in',
  request: { params: OneCluster, body: json(ChangeClusterPolicy) },
  responses: answers(200, ClusterPolicy),
});

const COLUMNS = {
  approval: clusters.approval,
  approvalHours: clusters.approvalHours,
  quorum: clusters.quorum,
};

export const clusterPolicy = newRouter();

clusterPolicy.openapi(read, async (c) => {
  const { cluster } = c.req.valid('param');
  const [row] = await c
    .get('services')
    .db.platform((tx) => tx.select(COLUMNS).from(clusters).where(eq(clusters.id, cluster)));
  if (!row) throw new Refusal('not_found');
  return c.json(row, 200);
});

clusterPolicy.openapi(change, async (c) => {
  const { cluster } = c.req.valid('param');
  const { approval, approvalHours, quorum } = c.req.valid('json');
  const set = {
    ...(approval === undefined ? {} : { approval }),
    ...(approvalHours === undefined ? {} : { approvalHours }),
    ...(quorum === undefined ? {} : { quorum }),
  };
  const row = await c.get('services').db.platform(async (tx) => {
    const of = eq(clusters.id, cluster);
    const [changed] =
      Object.keys(set).length === 0
        ? await tx.select(COLUMNS).from(clusters).where(of)
        : await tx.update(clusters).set(set).where(of).returning(COLUMNS);
    if (!changed) throw new Refusal('not_found');
    await record(tx, {
      org: null,
      actor: actorOf(c.get('caller')),
      action: 'cluster.policy',
      subject: cluster,
      detail: set,
      requestId: c.get('requestId'),
    });
    return changed;
  });
  return c.json(row, 200);
});
