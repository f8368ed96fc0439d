/** How an organization wants its people to sign in, and the devices it lets in. */
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { OrgDevices, SignInPolicy } from '../../../schema/api/sign-in.ts';
import { type OrgId, UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import {
  deviceApprovals,
  devices,
  memberships,
  signInPolicies,
  users,
} from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import type { Caller } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { factsOf, forgetPolicy, loadPolicy } from '../../sign-in/assurance.ts';
import { unmet } from '../../sign-in/policy.ts';

const OneDevice = OrgParam.extend({ device: z.uuid() });
const read = createRoute({
  ...forMembers('organization.read'),
  method: 'get',
  path: '/v1/orgs/{org}/sign-in-policy',
  summary: 'How the people of an organization must sign in',
  request: { params: OrgParam },
  responses: answers(200, SignInPolicy),
});
const change = createRoute({
  ...forMembers('security.manage'),
  method: 'put',
  path: '/v1/orgs/{org}/sign-in-policy',
  summary: 'Change how they must sign in: my own sign-in has to meet it',
  request: { params: OrgParam, body: json(SignInPolicy) },
  responses: answers(200, SignInPolicy),
});
const listDevices = createRoute({
  ...forMembers('members.manage'),
  method: 'get',
  path: '/v1/orgs/{org}/devices',
  summary: "The devices of an organization's people",
  request: { params: OrgParam },
  responses: answers(200, OrgDevices),
});
const approve = createRoute({
  ...forMembers('members.manage'),
  method: 'put',
  path: '/v1/orgs/{org}/devices/{device}/approval',
  summary: 'Approve a device',
  request: { params: OneDevice },
  responses: answersNothing,
});
const withdraw = createRoute({
  ...forMembers('members.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/devices/{device}/approval',
  summary: "Withdraw a device's approval",
  request: { params: OneDevice },
  responses: answersNothing,
});

export const signInPolicy = newRouter();

signInPolicy.openapi(read, async (c) => {
  const { org } = c.req.valid('param');
  return c.json(await c.get('services').db.org(org, (tx) => loadPolicy(tx, org)), 200);
});

signInPolicy.openapi(change, async (c) => {
  const { org } = c.req.valid('param');
  const policy = c.req.valid('json');
  const caller = c.get('caller');
  // Whoever locks a door stands inside: their own sign-in must meet the policy, and their device is the first that is let in.
  const ownDevice = policy.deviceApproval === 'require' ? caller.device : null;
  const missing = unmet(policy, factsOf(c.get('member'), caller, ownDevice !== null));
  if (missing)
    throw new Refusal('conflict', `your own sign-in would not meet this policy: ${missing.message}`);
  await c.get('services').db.org(org, async (tx) => {
    await tx
      .insert(signInPolicies)
      .values({ orgId: org, ...policy })
      .onConflictDoUpdate({ target: signInPolicies.orgId, set: policy });
    if (ownDevice !== null) await addApproval(tx, org, ownDevice, caller);
    await record(tx, {
      org,
      actor: `user:${caller.user}`,
      action: 'sign-in-policy.change',
      reason: JSON.stringify(policy),
      requestId: c.get('requestId'),
    });
  });
  forgetPolicy(org);
  return c.json(policy, 200);
});

async function addApproval(tx: Tx, org: OrgId, device: string, caller: Caller): Promise<void> {
  await tx
    .insert(deviceApprovals)
    .values({ orgId: org, deviceId: device, approvedBy: caller.user })
    .onConflictDoNothing();
}

/** Devices are the platform's rows: only those of the organization's own people are shown. */
const ofMembers = (org: OrgId, device?: string) =>
  and(
    eq(memberships.orgId, org),
    isNull(devices.revokedAt),
    device === undefined ? undefined : eq(devices.id, device),
  );

signInPolicy.openapi(listDevices, async (c) => {
  const { org } = c.req.valid('param');
  const rows = await c.get('services').db.platform((tx) =>
    tx
      .select({ device: devices, email: users.email, approved: deviceApprovals.deviceId })
      .from(devices)
      .innerJoin(memberships, eq(memberships.userId, devices.userId))
      .innerJoin(users, eq(users.id, devices.userId))
      .leftJoin(
        deviceApprovals,
        and(eq(deviceApprovals.deviceId, devices.id), eq(deviceApprovals.orgId, org)),
      )
      .where(ofMembers(org))
      .limit(1000),
  );
  const views = rows.map(({ device, email, approved }) => ({
    id: device.id,
    user: UserId.parse(device.userId),
    email,
    name: device.name,
    lastSeenAt: device.lastSeenAt.toISOString(),
    approved: approved !== null,
  }));
  return c.json({ org, devices: views }, 200);
});

signInPolicy.openapi(approve, async (c) => {
  const { org, device } = c.req.valid('param');
  const caller = c.get('caller');
  const requestId = c.get('requestId');
  await c.get('services').db.platform(async (tx) => {
    const [own] = await tx
      .select({ id: devices.id })
      .from(devices)
      .innerJoin(memberships, eq(memberships.userId, devices.userId))
      .where(ofMembers(org, device));
    if (!own) throw new Refusal('not_found');
    await addApproval(tx, org, device, caller);
    await record(tx, {
      org,
      actor: `user:${caller.user}`,
      action: 'device.approve',
      subject: device,
      requestId,
    });
  });
  return c.body(null, 204);
});

signInPolicy.openapi(withdraw, async (c) => {
  const { org, device } = c.req.valid('param');
  const requestId = c.get('requestId');
  await c.get('services').db.org(org, async (tx) => {
    const gone = await tx
      .delete(deviceApprovals)
      .where(and(eq(deviceApprovals.orgId, org), eq(deviceApprovals.deviceId, device)))
      .returning({ id: deviceApprovals.deviceId });
    if (gone.length === 0) throw new Refusal('not_found');
    const actor = `user:${c.get('caller').user}` as const;
    await record(tx, { org, actor, action: 'device.withdraw', subject: device, requestId });
  });
  return c.body(null, 204);
});
