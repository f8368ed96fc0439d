/** Resources: what I may reach; for admins, making them and granting them. */
import { eq } from 'drizzle-orm';
import {
  CreateGrant,
  CreateResource,
  PROTOCOL_CHANNELS,
  ResourceList,
  ResourceView,
} from '../../../schema/api/resources.ts';
import { ResourceId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { organizations } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { isDuplicate } from '../../db.ts';
import { credentialPlace, dataKeySealer } from '../../keys/envelope.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { findResource, insertCredential, insertGrant, insertResource, listAllowed } from './store.ts';

const list = createRoute({
  ...forMembers('resources.use'),
  method: 'get',
  path: '/v1/orgs/{org}/resources',
  summary: 'What I may reach',
  request: { params: OrgParam },
  responses: answers(200, ResourceList),
});
const create = createRoute({
  ...forMembers('resources.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/resources',
  summary: 'Make a resource, with the credential its target takes',
  request: { params: OrgParam, body: json(CreateResource) },
  responses: answers(201, ResourceView),
});
const grant = createRoute({
  ...forMembers('grants.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/resources/{resource}/grants',
  summary: 'Let a person, or everyone with a role, reach a resource',
  request: { params: OrgParam.extend({ resource: ResourceId }), body: json(CreateGrant) },
  responses: answersNothing,
});

export const resources = newRouter();

resources.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db } = c.get('services');
  const caller = c.get('caller');
  const member = c.get('member');
  return c.json({ resources: await db.org(org, (tx) => listAllowed(tx, caller.user, member)) }, 200);
});

resources.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const { db, master } = c.get('services');
  const caller = c.get('caller');
  const { name, egressPool, target, credential } = c.req.valid('json');
  const id = await db
    .org(org, async (tx) => {
      const made = await insertResource(tx, org, { name, egressPool, target });
      if (credential) {
        const [row] = await tx
          .select({ key: organizations.sealedDataKey })
          .from(organizations)
          .where(eq(organizations.id, org));
        if (!row) throw new Refusal('not_found');
        const sealer = await dataKeySealer(master, org, row.key);
        const plain = new TextEncoder().encode(JSON.stringify(credential));
        await insertCredential(tx, org, made, await sealer.seal(plain, credentialPlace(org, made)));
      }
      await record(tx, {
        org,
        actor: `user:${caller.user}`,
        action: 'resource.create',
        subject: made,
        requestId: c.get('requestId'),
      });
      return made;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', `there is a resource named ${name} already`) : error;
    });
  return c.json({ id, name, protocol: target.protocol, channels: PROTOCOL_CHANNELS[target.protocol] }, 201);
});

resources.openapi(grant, async (c) => {
  const { org, resource } = c.req.valid('param');
  const { db } = c.get('services');
  const caller = c.get('caller');
  const { to, channels } = c.req.valid('json');
  await db.org(org, async (tx) => {
    const found = await findResource(tx, resource);
    if (!found) throw new Refusal('not_found');
    await insertGrant(tx, org, resource, to, channels ?? PROTOCOL_CHANNELS[found.protocol]);
    const subject = `${resource} to ${to.type === 'user' ? to.user : to.role}`;
    await record(tx, {
      org,
      actor: `user:${caller.user}`,
      action: 'resource.grant',
      subject,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});
