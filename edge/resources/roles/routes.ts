/** Roles: the built-in ones, and those that an organization made for itself. */
import { and, count, eq } from 'drizzle-orm';
import { ChangeRole, CreateRole, RoleList, RoleView } from '../../../schema/api/access.ts';
import { Name, type OrgId } from '../../../schema/ids.ts';
import { ORG_ROLE_PERMISSIONS } from '../../../schema/permissions.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { OrgRole } from '../../../schema/roles.ts';
import {
  grants,
  groups,
  memberships,
  serviceAccounts,
  roles as table,
} from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import { isDuplicate, type Tx } from '../../db.ts';
import { endingLostReach } from '../../flows/ending-lost-reach.ts';
import { customRoles } from '../../policy/holdings.ts';
import { requireHeld } from '../../policy/may-give.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const OneRole = OrgParam.extend({ role: Name });
const list = createRoute({
  ...forMembers('roles.read'),
  method: 'get',
  path: '/v1/orgs/{org}/roles',
  summary: 'The roles, and what each may do',
  request: { params: OrgParam },
  responses: answers(200, RoleList),
});
const create = createRoute({
  ...forMembers('roles.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/roles',
  summary: 'Make a role',
  request: { params: OrgParam, body: json(CreateRole) },
  responses: answers(201, RoleView),
});
const change = createRoute({
  ...forMembers('roles.manage'),
  method: 'put',
  path: '/v1/orgs/{org}/roles/{role}',
  summary: 'Change what a role may do',
  request: { params: OneRole, body: json(ChangeRole) },
  responses: answers(200, RoleView),
});
const remove = createRoute({
  ...forMembers('roles.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/roles/{role}',
  summary: 'Delete a role',
  request: { params: OneRole },
  responses: answersNothing,
});

export const roles = newRouter();

roles.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const custom = await c.get('services').db.org(org, (tx) => customRoles(tx, org));
  const builtIn = OrgRole.options.map((name) => ({
    name,
    builtIn: true,
    permissions: [...ORG_ROLE_PERMISSIONS[name]],
  }));
  const own = [...custom].map(([name, permissions]) => ({
    name,
    builtIn: false,
    permissions: [...permissions],
  }));
  return c.json({ roles: [...builtIn, ...own] }, 200);
});

roles.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const { name, permissions } = c.req.valid('json');
  requireHeld(c.get('member'), permissions);
  const act = actOf(c, org);
  await c
    .get('services')
    .db.org(org, async (tx) => {
      await tx.insert(table).values({ orgId: org, name, permissions: [...new Set(permissions)] });
      await recordAct(tx, act, 'role.create', name, { reason: permissions.join(' ') });
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', `there is a role named ${name} already`) : error;
    });
  return c.json({ name, builtIn: false, permissions: [...new Set(permissions)] }, 201);
});

roles.openapi(change, async (c) => {
  const { org, role } = c.req.valid('param');
  const permissions = [...new Set(c.req.valid('json').permissions)];
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    requireHeld(c.get('member'), [...(await lockRole(tx, org, role)), ...permissions]);
    await endingLostReach(tx, act, () => tx.update(table).set({ permissions }).where(isRole(org, role)));
    await recordAct(tx, act, 'role.change', role, { reason: permissions.join(' ') });
  });
  return c.json({ name: role, builtIn: false, permissions }, 200);
});

roles.openapi(remove, async (c) => {
  const { org, role } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    requireHeld(c.get('member'), await lockRole(tx, org, role));
    const uses = await usesOf(tx, org, role);
    if (uses > 0)
      throw new Refusal('conflict', `${role} is still given ${uses} times: take it from them first`);
    await tx.delete(table).where(isRole(org, role));
    await recordAct(tx, act, 'role.remove', role);
  });
  return c.body(null, 204);
});

const isRole = (org: OrgId, name: string) => and(eq(table.orgId, org), eq(table.name, name));

/** So that nobody is given it meanwhile. @throws Refusal `not_found` */
async function lockRole(tx: Tx, org: OrgId, name: string) {
  const [row] = await tx.select().from(table).where(isRole(org, name)).for('update');
  if (!row) throw new Refusal('not_found');
  return row.permissions;
}

async function usesOf(tx: Tx, org: OrgId, role: string): Promise<number> {
  const places = [memberships, groups, serviceAccounts, grants] as const;
  const counts = await Promise.all(
    places.map((place) =>
      tx
        .select({ n: count() })
        .from(place)
        .where(and(eq(place.orgId, org), eq(place.role, role))),
    ),
  );
  return counts.reduce((sum, [row]) => sum + (row?.n ?? 0), 0);
}
