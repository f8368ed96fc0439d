/** Clusters, organizations, bootstrap tokens and nodes: the platform's own side, closed to every organization. */
import { and, asc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import {
  BootstrapToken,
  ClusterView,
  CreateBootstrapToken,
  CreateCluster,
  CreateOrganization,
  NodeList,
  OrganizationView,
} from '../../../schema/api/platform.ts';
import { ClusterId, OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { bootstrapTokens, clusters, nodes, organizations } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { record } from '../../audit.ts';
import { isDuplicate } from '../../db.ts';
import { createAuthority } from '../../keys/authority.ts';
import { newDataKey } from '../../keys/envelope.ts';
import { hashToken, newToken } from '../../keys/opaque-token.ts';
import { createSigningKey } from '../../keys/signing.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';

const OneCluster = z.object({ cluster: ClusterId });
const createCluster = createRoute({
  ...forPlatform('clusters.manage'),
  method: 'post',
  path: '/v1/platform/clusters',
  summary: 'Make a cluster: its CA and signing key',
  request: { body: json(CreateCluster) },
  responses: answers(201, ClusterView),
});
const listClusters = createRoute({
  ...forPlatform('clusters.read'),
  method: 'get',
  path: '/v1/platform/clusters',
  summary: 'The clusters',
  responses: answers(200, z.object({ clusters: z.array(ClusterView) })),
});
const createOrganization = createRoute({
  ...forPlatform('organizations.manage'),
  method: 'post',
  path: '/v1/platform/organizations',
  summary: 'Make an organization',
  request: { body: json(CreateOrganization) },
  responses: answers(201, OrganizationView),
});
const createToken = createRoute({
  ...forPlatform('nodes.enrol'),
  method: 'post',
  path: '/v1/platform/clusters/{cluster}/bootstrap-tokens',
  summary: 'Make a token that nodes enrol with',
  request: { params: OneCluster, body: json(CreateBootstrapToken) },
  responses: answers(201, BootstrapToken),
});
const revokeToken = createRoute({
  ...forPlatform('nodes.enrol'),
  method: 'delete',
  path: '/v1/platform/clusters/{cluster}/bootstrap-tokens/{token}',
  summary: 'Revoke a bootstrap token',
  request: { params: OneCluster.extend({ token: z.uuid() }) },
  responses: answersNothing,
});
const listNodes = createRoute({
  ...forPlatform('nodes.read'),
  method: 'get',
  path: '/v1/platform/clusters/{cluster}/nodes',
  summary: 'The nodes of a cluster',
  request: { params: OneCluster },
  responses: answers(200, NodeList),
});

export const platform = newRouter();

platform.openapi(createCluster, async (c) => {
  const { db, master, now } = c.get('services');
  const caller = c.get('caller');
  const { name, origins, quorum } = c.req.valid('json');
  const id = await db
    .platform(async (tx) => {
      const [row] = await tx
        .insert(clusters)
        .values({ name, origins, quorum })
        .returning({ id: clusters.id });
      const cluster = ClusterId.parse(row?.id);
      await createAuthority(tx, master, cluster, new Date(now()));
      await createSigningKey(tx, master, 'signing', cluster);
      await record(tx, {
        org: null,
        actor: `user:${caller.user}`,
        action: 'cluster.create',
        subject: cluster,
        requestId: c.get('requestId'),
      });
      return cluster;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', `there is a cluster named ${name} already`) : error;
    });
  return c.json({ id, name }, 201);
});

platform.openapi(listClusters, async (c) => {
  const rows = await c
    .get('services')
    .db.platform((tx) => tx.select({ id: clusters.id, name: clusters.name }).from(clusters));
  return c.json({ clusters: rows as z.infer<typeof ClusterView>[] }, 200);
});

platform.openapi(createOrganization, async (c) => {
  const { db, master } = c.get('services');
  const caller = c.get('caller');
  const { name, cluster } = c.req.valid('json');
  const id = OrgId.parse(crypto.randomUUID());
  await db
    .platform(async (tx) => {
      await tx
        .insert(organizations)
        .values({ id, name, cluster, sealedDataKey: await newDataKey(master, id) });
      await record(tx, {
        org: id,
        actor: `user:${caller.user}`,
        action: 'organization.create',
        subject: id,
        requestId: c.get('requestId'),
      });
    })
    .catch((error: unknown) => {
      throw isDuplicate(error)
        ? new Refusal('conflict', `there is an organization named ${name} already`)
        : error;
    });
  return c.json({ id, name }, 201);
});

platform.openapi(createToken, async (c) => {
  const { db, now } = c.get('services');
  const caller = c.get('caller');
  const { cluster } = c.req.valid('param');
  const { roles, egressPools, uses, approval, expiresIn } = c.req.valid('json');
  const token = newToken('bootstrap');
  const hash = await hashToken(token);
  const expiresAt = new Date(now() + expiresIn * 1000);
  const id = await db.platform(async (tx) => {
    const [known] = await tx.select({ id: clusters.id }).from(clusters).where(eq(clusters.id, cluster));
    if (!known) throw new Refusal('not_found');
    const [row] = await tx
      .insert(bootstrapTokens)
      .values({
        cluster,
        hash,
        roles,
        egressPools,
        approval,
        uses,
        usesLeft: uses,
        expiresAt,
        createdBy: `user:${caller.user}`,
      })
      .returning({ id: bootstrapTokens.id });
    if (!row) throw new Error('nothing was inserted');
    await record(tx, {
      org: null,
      actor: `user:${caller.user}`,
      action: 'bootstrap-token.create',
      subject: row.id,
      requestId: c.get('requestId'),
    });
    return row.id;
  });
  return c.json({ id, token, expiresAt: expiresAt.toISOString() }, 201);
});

platform.openapi(revokeToken, async (c) => {
  const { db, now } = c.get('services');
  const caller = c.get('caller');
  const { cluster, token } = c.req.valid('param');
  await db.platform(async (tx) => {
    const revoked = await tx
      .update(bootstrapTokens)
      .set({ revokedAt: new Date(now()) })
      .where(
        and(
          eq(bootstrapTokens.id, token),
          eq(bootstrapTokens.cluster, cluster),
          isNull(bootstrapTokens.revokedAt),
        ),
      )
      .returning({ id: bootstrapTokens.id });
    if (revoked.length === 0) throw new Refusal('not_found');
    await record(tx, {
      org: null,
      actor: `user:${caller.user}`,
      action: 'bootstrap-token.revoke',
      subject: token,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});

platform.openapi(listNodes, async (c) => {
  const { cluster } = c.req.valid('param');
  const rows = await c.get('services').db.platform((tx) =>
    tx
      .select()
      .from(nodes)
      .where(and(eq(nodes.cluster, cluster), isNull(nodes.revokedAt)))
      .orderBy(asc(nodes.name)),
  );
  const views = rows.map((row) => ({
    id: row.id,
    name: row.name,
    roles: row.roles,
    egressPools: row.egressPools,
    endpoints: row.endpoints,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    certificateExpiresAt: row.certificateExpiresAt.toISOString(),
  }));
  return c.json({ nodes: views } as z.infer<typeof NodeList>, 200);
});
