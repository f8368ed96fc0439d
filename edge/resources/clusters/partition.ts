/** Whose word this control plane is: seen by whoever reads clusters, changed by the platform's owner or who may recover. */
import { z } from 'zod';
import { PartitionAct, PartitionView } from '../../../schema/api/clusters.ts';
import { forPlatform } from '../../access.ts';
import { actorOf } from '../../caller.ts';
import { changeAuthority } from '../../flows/change-authority.ts';
import { partitionOf } from '../../partition/proven.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import { OneCluster } from './policy.ts';

const path = '/v1/platform/clusters/{cluster}/partition';
const read = createRoute({
  ...forPlatform('clusters.read'),
  method: 'get',
  path,
  summary: 'Whether this control plane can prove to be the one authority',
  request: { params: OneCluster },
  responses: answers(200, PartitionView),
});
const act = createRoute({
  ...forPlatform('partitions.manage'),
  method: 'post',
  path: `${path}/{verb}`,
  summary: 'Split, promote or merge: stand back, act as the authority, end the division',
  request: {
    params: OneCluster.extend({ verb: z.enum(['split', 'promote', 'merge']) }),
    body: json(PartitionAct),
  },
  responses: answers(200, PartitionView),
});

export const partition = newRouter();

partition.openapi(read, async (c) => {
  const { db, now } = c.get('services');
  const { cluster } = c.req.valid('param');
  return c.json(await db.platform((tx) => partitionOf(tx, cluster, now())), 200);
});

partition.openapi(act, async (c) => {
  const { cluster, verb } = c.req.valid('param');
  const { epoch, reason } = c.req.valid('json');
  const by = { actor: actorOf(c.get('caller')), requestId: c.get('requestId') };
  return c.json(await changeAuthority(c.get('services'), { cluster, verb, epoch, reason, ...by }), 200);
});
