/** Who may reach what: grants to people, roles, groups and service accounts. */
import { and, eq } from 'drizzle-orm';
import {
  CreateGrant,
  CreateOrgGrant,
  GrantList,
  GrantView,
  PROTOCOL_CHANNELS,
} from '../../../schema/api/resources.ts';
import { CHANNELS } from '../../../schema/channel.ts';
import { GrantId, type OrgId, ResourceId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { resources, grants as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { type Act, actOf, recordAct } from '../../act.ts';
import type { Tx } from '../../db.ts';
import { endingLostReach } from '../../flows/ending-lost-reach.ts';
import { insertGrant, loadGrants, type StoredGrant, viewOf } from '../../policy/grants.ts';
import { requireGrantee } from '../../policy/within.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const list = createRoute({
  ...forMembers('grants.read'),
  method: 'get',
  path: '/v1/orgs/{org}/grants',
  summary: 'The grants: who may reach what, and when',
  request: { params: OrgParam },
  responses: answers(200, GrantList),
});
const create = createRoute({
  ...forMembers('grants.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/grants',
  summary: 'Grant access to one resource, or to all with these labels',
  request: { params: OrgParam, body: json(CreateOrgGrant) },
  responses: answers(201, GrantView),
});
const createOnResource = createRoute({
  ...forMembers('grants.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/resources/{resource}/grants',
  summary: 'Grant access to a resource',
  request: { params: OrgParam.extend({ resource: ResourceId }), body: json(CreateGrant) },
  responses: answersNothing,
});
const revoke = createRoute({
  ...forMembers('grants.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/grants/{grant}',
  summary: 'Revoke a grant: sessions that hung on it end',
  request: { params: OrgParam.extend({ grant: GrantId }) },
  responses: answersNothing,
});

export const grants = newRouter();

grants.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const all = await c.get('services').db.org(org, (tx) => loadGrants(tx, org));
  return c.json({ grants: all.map(viewOf) }, 200);
});

grants.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const wanted = c.req.valid('json');
  const made = await c.get('services').db.org(org, (tx) => give(tx, actOf(c, org), wanted));
  return c.json(viewOf(made), 201);
});

grants.openapi(createOnResource, async (c) => {
  const { org, resource } = c.req.valid('param');
  const wanted = { ...c.req.valid('json'), on: { resource } };
  await c.get('services').db.org(org, (tx) => give(tx, actOf(c, org), wanted));
  return c.body(null, 204);
});

grants.openapi(revoke, async (c) => {
  const { org, grant } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, (tx) =>
    endingLostReach(tx, act, async () => {
      const gone = await tx
        .delete(table)
        .where(and(eq(table.orgId, org), eq(table.id, grant)))
        .returning({ id: table.id });
      if (gone.length === 0) throw new Refusal('not_found');
      await recordAct(tx, act, 'grant.revoke', grant);
    }),
  );
  return c.body(null, 204);
});

async function give(tx: Tx, act: Act, wanted: CreateOrgGrant): Promise<StoredGrant> {
  if (wanted.expiresAt !== undefined && new Date(wanted.expiresAt) <= act.now)
    throw new Refusal('bad_request', 'expiresAt is in the past');
  if ('resource' in wanted.on) await requireChannels(tx, act.org, wanted.on.resource, wanted);
  await requireGrantee(tx, act.org, wanted.to);
  const made = await insertGrant(tx, act.org, wanted);
  await recordAct(
    tx,
    act,
    'resource.grant',
    `${made.id} ${JSON.stringify(wanted.on)} to ${JSON.stringify(wanted.to)}`,
  );
  return made;
}

/** A channel that the resource does not have is a slip: better said now than found missing later. */
async function requireChannels(
  tx: Tx,
  org: OrgId,
  resource: ResourceId,
  { channels }: CreateOrgGrant,
): Promise<void> {
  const [found] = await tx
    .select({ protocol: resources.protocol })
    .from(resources)
    .where(and(eq(resources.orgId, org), eq(resources.id, resource)));
  if (!found) throw new Refusal('not_found');
  const known = Object.keys(PROTOCOL_CHANNELS[found.protocol]);
  const strange = CHANNELS.filter((channel) => channels?.[channel] && !known.includes(channel));
  if (strange.length > 0)
    throw new Refusal('bad_request', `${found.protocol} has ${known.join(', ')}, not ${strange.join(', ')}`);
}
