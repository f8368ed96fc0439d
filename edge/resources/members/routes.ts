/** People of an organization. */
import { z } from 'zod';
import { SetRole } from '../../../schema/api/access.ts';
import { CreatedMember, CreateMember, MemberView } from '../../../schema/api/platform.ts';
import { type OrgId, UserId } from '../../../schema/ids.ts';
import { normalEmail } from '../../../schema/sign-in/two-secret.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import type { Member } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { endingLostReach } from '../../flows/ending-lost-reach.ts';
import { holdingsOfPeople } from '../../policy/holdings.ts';
import { requireHeld } from '../../policy/may-give.ts';
import { permissionsOfRole } from '../../policy/within.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { memberInvitations } from './invitations.ts';
import { offer } from './offer.ts';
import {
  findMember,
  findOrMakeAccount,
  listMembers,
  removeMember,
  requireOtherOwner,
  setRole,
  signOutIfNowhere,
} from './store.ts';

const OneMember = OrgParam.extend({ user: UserId });
const list = createRoute({
  ...forMembers('members.read'),
  method: 'get',
  path: '/v1/orgs/{org}/members',
  summary: 'The people of an organization',
  request: { params: OrgParam },
  responses: answers(200, z.object({ members: z.array(MemberView) })),
});
const get = createRoute({
  ...forMembers('members.read'),
  method: 'get',
  path: '/v1/orgs/{org}/members/{user}',
  summary: 'A person of an organization',
  request: { params: OneMember },
  responses: answers(200, MemberView),
});
const create = createRoute({
  ...forMembers('members.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/members',
  summary: 'Invite a person: they are a member once they accept',
  request: { params: OrgParam, body: json(CreateMember) },
  responses: answers(201, CreatedMember),
});
const assign = createRoute({
  ...forMembers('roles.assign'),
  method: 'put',
  path: '/v1/orgs/{org}/members/{user}/role',
  summary: 'Give a person another role',
  request: { params: OneMember, body: json(SetRole) },
  responses: answers(200, MemberView),
});
const remove = createRoute({
  ...forMembers('members.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/members/{user}',
  summary: 'Remove a person from an organization',
  request: { params: OneMember },
  responses: answersNothing,
});

export const members = newRouter();
members.route('/', memberInvitations);

members.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  return c.json({ members: await c.get('services').db.org(org, (tx) => listMembers(tx, org)) }, 200);
});

members.openapi(get, async (c) => {
  const { org, user } = c.req.valid('param');
  return c.json(await c.get('services').db.org(org, (tx) => findMember(tx, org, user)), 200);
});

members.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const services = c.get('services');
  const { name, role, ...typed } = c.req.valid('json');
  const email = normalEmail(typed.email);
  const act = actOf(c, org);
  // An account is the platform's row, the invitation the organization's. Membership begins when the person accepts.
  const made = await services.db.platform(async (tx) => {
    requireHeld(c.get('member'), await permissionsOfRole(tx, org, role));
    const id = await findOrMakeAccount(tx, org, email, name);
    const invitation = await offer(tx, services, org, id, { role, name });
    await recordAct(tx, act, 'member.invite', id, { reason: `as ${role}` });
    return { id, email, name, role, invitation };
  });
  return c.json(made, 201);
});

members.openapi(assign, async (c) => {
  const { org, user } = c.req.valid('param');
  const { role } = c.req.valid('json');
  const act = actOf(c, org);
  const changed = await c.get('services').db.org(org, async (tx) => {
    const before = await requireAlterable(tx, c.get('member'), org, user);
    requireHeld(c.get('member'), await permissionsOfRole(tx, org, role));
    if (role !== 'organization_owner') await requireOtherOwner(tx, org, user);
    await endingLostReach(tx, act, () => setRole(tx, org, user, role));
    await recordAct(tx, act, 'member.role', user, { reason: `from ${before.role} to ${role}` });
    return { ...before, role };
  });
  return c.json(changed, 200);
});

members.openapi(remove, async (c) => {
  const { org, user } = c.req.valid('param');
  const { db } = c.get('services');
  const act = actOf(c, org);
  await db.org(org, async (tx) => {
    const { email } = await requireAlterable(tx, c.get('member'), org, user);
    await requireOtherOwner(tx, org, user);
    await endingLostReach(tx, act, () => removeMember(tx, org, user));
    await recordAct(tx, act, 'member.remove', user, { reason: email });
  });
  await db.platform((tx) => signOutIfNowhere(tx, user, act.now.getTime()));
  return c.body(null, 204);
});

/** Who holds more than I do is not mine to change or to remove. @throws Refusal `not_found`, `forbidden` */
async function requireAlterable(tx: Tx, giver: Member, org: OrgId, user: UserId) {
  const found = await findMember(tx, org, user);
  const holdings = await holdingsOfPeople(tx, org, [user]);
  requireHeld(giver, holdings.get(user)?.permissions ?? []);
  return found;
}
