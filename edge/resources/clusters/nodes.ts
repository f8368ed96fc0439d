/** A node is put out of its cluster. */
import { RevokedNode } from '../../../schema/api/clusters.ts';
import { NodeId } from '../../../schema/ids.ts';
import { forPlatform } from '../../access.ts';
import { actorOf } from '../../caller.ts';
import { revokeNode } from '../../flows/revoke-node.ts';
import { answers, createRoute, newRouter } from '../../routes.ts';
import { OneCluster } from './policy.ts';

const revoke = createRoute({
  ...forPlatform('nodes.manage'),
  method: 'delete',
  path: '/v1/platform/clusters/{cluster}/nodes/{node}',
  summary: 'Revoke a node: its links and sessions end at once, its name is free again',
  request: { params: OneCluster.extend({ node: NodeId }) },
  responses: answers(200, RevokedNode),
});

export const nodeRevocation = newRouter();

nodeRevocation.openapi(revoke, async (c) => {
  const { cluster, node } = c.req.valid('param');
  const by = { actor: actorOf(c.get('caller')), requestId: c.get('requestId') };
  return c.json(await revokeNode(c.get('services'), { cluster, node, ...by }), 200);
});
