/** Resources: what I may reach; for those who manage them, making, changing and removing them. */
import { eq } from 'drizzle-orm';
import {
  ChangeResource as Change,
  type ChangeResource,
  CreateResource,
  ManagedResource,
  ManagedResourceList,
  PROTOCOL_CHANNELS,
  ResourceList,
  ResourceView,
} from '../../../schema/api/resources.ts';
import { type OrgId, ResourceId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { resources as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import { principalOf } from '../../caller.ts';
import { isDuplicate, type Tx } from '../../db.ts';
import { endSessionsOn } from '../../flows/end-sessions.ts';
import { endingLostReach } from '../../flows/ending-lost-reach.ts';
import { requireRoom } from '../../quotas.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { changedColumns, movesTarget } from './rules.ts';
import { findResource, insertResource, listAllowed, listManaged, replaceCredential } from './store.ts';

const OneResource = OrgParam.extend({ resource: ResourceId });
const list = createRoute({
  ...forMembers('resources.use'),
  method: 'get',
  path: '/v1/orgs/{org}/resources',
  summary: 'What I may reach',
  request: { params: OrgParam },
  responses: answers(200, ResourceList),
});
const inventory = createRoute({
  ...forMembers('resources.manage'),
  method: 'get',
  path: '/v1/orgs/{org}/inventory',
  summary: 'All resources, with their targets',
  request: { params: OrgParam },
  responses: answers(200, ManagedResourceList),
});
const create = createRoute({
  ...forMembers('resources.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/resources',
  summary: 'Make a resource, with the credential its target takes',
  request: { params: OrgParam, body: json(CreateResource) },
  responses: answers(201, ResourceView),
});
const change = createRoute({
  ...forMembers('resources.manage'),
  method: 'patch',
  path: '/v1/orgs/{org}/resources/{resource}',
  summary: 'Change a resource',
  request: { params: OneResource, body: json(Change) },
  responses: answers(200, ManagedResource),
});
const remove = createRoute({
  ...forMembers('resources.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/resources/{resource}',
  summary: 'Delete a resource',
  request: { params: OneResource },
  responses: answersNothing,
});

export const resources = newRouter();

resources.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db, now } = c.get('services');
  const principal = principalOf(c.get('caller'), c.get('member'));
  const allowed = await db.org(org, (tx) => listAllowed(tx, org, principal, new Date(now())));
  return c.json({ resources: allowed }, 200);
});

resources.openapi(inventory, async (c) => {
  const { org } = c.req.valid('param');
  return c.json({ resources: await c.get('services').db.org(org, (tx) => listManaged(tx, org)) }, 200);
});

resources.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const { db, master } = c.get('services');
  const { credential, ...resource } = c.req.valid('json');
  const { name, target } = resource;
  const act = actOf(c, org);
  const id = await db
    .org(org, async (tx) => {
      await requireRoom(tx, org, 'resources', act.now.getTime());
      const made = await insertResource(tx, org, resource);
      if (credential) await replaceCredential(tx, master, org, made, credential, act.actor);
      await recordAct(tx, act, 'resource.create', made);
      return made;
    })
    .catch(refuseTaken(name));
  return c.json({ id, name, protocol: target.protocol, channels: PROTOCOL_CHANNELS[target.protocol] }, 201);
});

resources.openapi(change, async (c) => {
  const { org, resource } = c.req.valid('param');
  const { db, master } = c.get('services');
  const wanted = c.req.valid('json');
  const act = actOf(c, org);
  const changed = await db
    .org(org, async (tx) => {
      const before = await managed(tx, org, resource);
      if (movesTarget(before, wanted)) await endSessionsOn(tx, act, resource, 'its resource was changed');
      await endingLostReach(tx, act, () => update(tx, resource, wanted));
      if (wanted.credential !== undefined)
        await replaceCredential(tx, master, org, resource, wanted.credential, act.actor);
      await recordAct(tx, act, 'resource.change', resource, { reason: Object.keys(wanted).join(' ') });
      return managed(tx, org, resource);
    })
    .catch(refuseTaken(wanted.name));
  return c.json(changed, 200);
});

resources.openapi(remove, async (c) => {
  const { org, resource } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    const { name } = await findResource(tx, resource);
    // Its sessions' entries first: the rows themselves go with the resource, and their nodes end what is no longer known.
    await endSessionsOn(tx, act, resource, 'its resource was removed');
    await tx.delete(table).where(eq(table.id, resource));
    await recordAct(tx, act, 'resource.remove', resource, { reason: `named ${name}` });
  });
  return c.body(null, 204);
});

async function managed(tx: Tx, org: OrgId, id: ResourceId) {
  const found = (await listManaged(tx, org, id))[0];
  if (!found) throw new Refusal('not_found');
  return found;
}

async function update(tx: Tx, resource: ResourceId, wanted: ChangeResource): Promise<void> {
  const columns = changedColumns(wanted);
  if (Object.keys(columns).length > 0) await tx.update(table).set(columns).where(eq(table.id, resource));
}

function refuseTaken(name: string | undefined) {
  return (error: unknown): never => {
    throw isDuplicate(error) ? new Refusal('conflict', `there is a resource named ${name} already`) : error;
  };
}
