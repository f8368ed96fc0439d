/** Groups of people: what is granted to a group, or the role it has, is everybody's in it. */
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { CreateGroup, GroupList, GroupView, SetGroupRole } from '../../../schema/api/access.ts';
import { GroupId, type OrgId, UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { groupMembers, groups as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import type { Member } from '../../caller.ts';
import { isDuplicate, type Tx } from '../../db.ts';
import { endingLostReach } from '../../flows/ending-lost-reach.ts';
import { requireHeld } from '../../policy/may-give.ts';
import { permissionsOfRole, requireGrantee } from '../../policy/within.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const OneGroup = OrgParam.extend({ group: GroupId });
const OneMember = OneGroup.extend({ user: UserId });
const list = createRoute({
  ...forMembers('members.read'),
  method: 'get',
  path: '/v1/orgs/{org}/groups',
  summary: 'The groups, and who is in them',
  request: { params: OrgParam },
  responses: answers(200, GroupList),
});
const create = createRoute({
  ...forMembers('members.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/groups',
  summary: 'Make a group',
  request: { params: OrgParam, body: json(CreateGroup) },
  responses: answers(201, GroupView),
});
const assign = createRoute({
  ...forMembers('roles.assign'),
  method: 'put',
  path: '/v1/orgs/{org}/groups/{group}/role',
  summary: 'Give a group a role, or none',
  request: { params: OneGroup, body: json(SetGroupRole) },
  responses: answersNothing,
});
const remove = createRoute({
  ...forMembers('members.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/groups/{group}',
  summary: 'Delete a group',
  request: { params: OneGroup },
  responses: answersNothing,
});
const add = createRoute({
  ...forMembers('members.manage'),
  method: 'put',
  path: '/v1/orgs/{org}/groups/{group}/members/{user}',
  summary: 'Put a person into a group',
  request: { params: OneMember },
  responses: answersNothing,
});
const takeOut = createRoute({
  ...forMembers('members.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/groups/{group}/members/{user}',
  summary: 'Take a person out of a group',
  request: { params: OneMember },
  responses: answersNothing,
});

export const groups = newRouter();

groups.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  return c.json({ groups: await c.get('services').db.org(org, (tx) => listGroups(tx, org)) }, 200);
});

groups.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const { name } = c.req.valid('json');
  const act = actOf(c, org);
  const id = await c
    .get('services')
    .db.org(org, async (tx) => {
      const [row] = await tx.insert(table).values({ orgId: org, name }).returning({ id: table.id });
      const made = GroupId.parse(row?.id);
      await recordAct(tx, act, 'group.create', made, { reason: name });
      return made;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', `there is a group named ${name} already`) : error;
    });
  return c.json({ id, name, role: null, members: [] }, 201);
});

groups.openapi(assign, async (c) => {
  const { org, group } = c.req.valid('param');
  const { role } = c.req.valid('json');
  if (role === 'organization_owner')
    throw new Refusal('bad_request', 'owners are named one by one, not by a group');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    const before = await requireAlterable(tx, c.get('member'), org, group);
    if (role !== null) requireHeld(c.get('member'), await permissionsOfRole(tx, org, role));
    await endingLostReach(tx, act, () => tx.update(table).set({ role }).where(isGroup(org, group)));
    await recordAct(tx, act, 'group.role', group, { reason: `from ${before.role} to ${role}` });
  });
  return c.body(null, 204);
});

groups.openapi(remove, async (c) => {
  const { org, group } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    const { name } = await requireAlterable(tx, c.get('member'), org, group);
    await endingLostReach(tx, act, () => tx.delete(table).where(isGroup(org, group)));
    await recordAct(tx, act, 'group.remove', group, { reason: name });
  });
  return c.body(null, 204);
});

groups.openapi(add, async (c) => {
  const { org, group, user } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    await requireAlterable(tx, c.get('member'), org, group);
    await requireGrantee(tx, org, { type: 'user', user });
    await tx.insert(groupMembers).values({ orgId: org, groupId: group, userId: user }).onConflictDoNothing();
    await recordAct(tx, act, 'group.add', `${user} to ${group}`);
  });
  return c.body(null, 204);
});

groups.openapi(takeOut, async (c) => {
  const { org, group, user } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    await requireAlterable(tx, c.get('member'), org, group);
    const gone = await endingLostReach(tx, act, () =>
      tx
        .delete(groupMembers)
        .where(and(eq(groupMembers.groupId, group), eq(groupMembers.userId, user)))
        .returning(),
    );
    if (gone.length === 0) throw new Refusal('not_found');
    await recordAct(tx, act, 'group.take-out', `${user} from ${group}`);
  });
  return c.body(null, 204);
});

const isGroup = (org: OrgId, group: GroupId) => and(eq(table.orgId, org), eq(table.id, group));

/** Who belongs to a group has its role: to change one is to give or take that. @throws Refusal `not_found`, `forbidden` */
async function requireAlterable(tx: Tx, giver: Member, org: OrgId, group: GroupId) {
  const [found] = await tx.select().from(table).where(isGroup(org, group)).for('update');
  if (!found) throw new Refusal('not_found');
  if (found.role !== null) requireHeld(giver, await permissionsOfRole(tx, org, found.role));
  return found;
}

async function listGroups(tx: Tx, org: OrgId): Promise<z.infer<typeof GroupView>[]> {
  const rows = await tx.select().from(table).where(eq(table.orgId, org)).orderBy(asc(table.name));
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const people = await tx.select().from(groupMembers).where(inArray(groupMembers.groupId, ids));
  return rows.map(({ id, name, role }) => ({
    id: GroupId.parse(id),
    name,
    role,
    members: people.filter(({ groupId }) => groupId === id).map(({ userId }) => UserId.parse(userId)),
  }));
}
