/** Programs that act in an organization, and the keys they show. A key is shown once, when it is made. */
import { eq } from 'drizzle-orm';
import {
  ApiKeyList,
  CreateApiKey,
  CreateServiceAccount,
  NewApiKey,
  ServiceAccountList,
  ServiceAccountView,
} from '../../../schema/api/api-keys.ts';
import { ApiKeyId, ServiceAccountId } from '../../../schema/ids.ts';
import type { OrgPermission } from '../../../schema/permissions.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { serviceAccounts as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import { isDuplicate } from '../../db.ts';
import { endingLostReach } from '../../flows/ending-lost-reach.ts';
import { forKeys, requireHeld } from '../../policy/may-give.ts';
import { permissionsOfRole } from '../../policy/within.ts';
import { requireRoom } from '../../quotas.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { findAccount, insertKey, listAccounts, listKeys, revokeKey } from './store.ts';

const OneAccount = OrgParam.extend({ account: ServiceAccountId });
const list = createRoute({
  ...forMembers('api-keys.manage'),
  method: 'get',
  path: '/v1/orgs/{org}/service-accounts',
  summary: 'The service accounts',
  request: { params: OrgParam },
  responses: answers(200, ServiceAccountList),
});
const create = createRoute({
  ...forMembers('api-keys.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/service-accounts',
  summary: 'Make a service account',
  request: { params: OrgParam, body: json(CreateServiceAccount) },
  responses: answers(201, ServiceAccountView),
});
const remove = createRoute({
  ...forMembers('api-keys.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/service-accounts/{account}',
  summary: 'Delete a service account: its keys end',
  request: { params: OneAccount },
  responses: answersNothing,
});
const listAllKeys = createRoute({
  ...forMembers('api-keys.manage'),
  method: 'get',
  path: '/v1/orgs/{org}/api-keys',
  summary: 'The keys of all service accounts',
  request: { params: OrgParam },
  responses: answers(200, ApiKeyList),
});
const createKey = createRoute({
  ...forMembers('api-keys.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/service-accounts/{account}/keys',
  summary: 'Make a key for a service account, shown once',
  request: { params: OneAccount, body: json(CreateApiKey) },
  responses: answers(201, NewApiKey),
});
const revoke = createRoute({
  ...forMembers('api-keys.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/api-keys/{key}',
  summary: 'Revoke a key',
  request: { params: OrgParam.extend({ key: ApiKeyId }) },
  responses: answersNothing,
});

export const serviceAccounts = newRouter();

serviceAccounts.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const accounts = await c.get('services').db.org(org, (tx) => listAccounts(tx, org));
  return c.json({ serviceAccounts: accounts }, 200);
});

serviceAccounts.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const { name, role } = c.req.valid('json');
  if (role === 'organization_owner') throw new Refusal('bad_request', 'an owner is a person');
  const act = actOf(c, org);
  const id = await c
    .get('services')
    .db.org(org, async (tx) => {
      requireHeld(c.get('member'), await permissionsOfRole(tx, org, role));
      const [row] = await tx.insert(table).values({ orgId: org, name, role }).returning({ id: table.id });
      const made = ServiceAccountId.parse(row?.id);
      await recordAct(tx, act, 'service-account.create', made, { reason: `${name} as ${role}` });
      return made;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error)
        ? new Refusal('conflict', `there is a service account named ${name} already`)
        : error;
    });
  return c.json({ id, name, role }, 201);
});

serviceAccounts.openapi(remove, async (c) => {
  const { org, account } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    const { name, role } = await findAccount(tx, org, account);
    requireHeld(c.get('member'), await permissionsOfRole(tx, org, role));
    await endingLostReach(tx, act, () => tx.delete(table).where(eq(table.id, account)));
    await recordAct(tx, act, 'service-account.remove', account, { reason: name });
  });
  return c.body(null, 204);
});

serviceAccounts.openapi(listAllKeys, async (c) => {
  const { org } = c.req.valid('param');
  return c.json({ apiKeys: await c.get('services').db.org(org, (tx) => listKeys(tx, org)) }, 200);
});

serviceAccounts.openapi(createKey, async (c) => {
  const { org, account } = c.req.valid('param');
  const wanted = c.req.valid('json');
  const act = actOf(c, org);
  const made = await c.get('services').db.org(org, async (tx) => {
    const { role } = await findAccount(tx, org, account);
    const permissions = keyPermissions(await permissionsOfRole(tx, org, role), wanted.permissions);
    requireHeld(c.get('member'), permissions);
    await requireRoom(tx, org, 'apiKeys', act.now.getTime());
    const key = await insertKey(tx, org, account, { ...wanted, permissions }, act.now.getTime());
    await recordAct(tx, act, 'api-key.create', key.id, { reason: permissions.join(' ') });
    return key;
  });
  return c.json(made, 201);
});

serviceAccounts.openapi(revoke, async (c) => {
  const { org, key } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    await revokeKey(tx, org, key, act.now);
    await recordAct(tx, act, 'api-key.revoke', key);
  });
  return c.body(null, 204);
});

/** What was asked for, or all that a key of this account can hold. @throws Refusal `bad_request` */
function keyPermissions(
  held: readonly OrgPermission[],
  asked: readonly OrgPermission[] | undefined,
): OrgPermission[] {
  const possible = forKeys(held);
  const beyond = asked?.filter((permission) => !possible.includes(permission)) ?? [];
  if (beyond.length > 0)
    throw new Refusal('bad_request', `a key of this account can not hold ${beyond.join(', ')}`);
  return [...new Set(asked ?? possible)];
}
