/** Invitations of an organization: send one anew, see those that are open, take one back. */
import { and, count, eq, gt, isNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import { Invitation, InvitationView } from '../../../schema/api/sign-in.ts';
import { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { invitations, memberships, users, verifiers } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf, type Caller, type Member } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { holdingsOfPeople } from '../../policy/holdings.ts';
import { requireHeld } from '../../policy/may-give.ts';
import { permissionsOfRole } from '../../policy/within.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { invite, offerOf, voidSecrets } from '../../sign-in/invitations.ts';
import { requireRecent } from '../../sign-in/policy.ts';
import { offer } from './offer.ts';

const list = createRoute({
  ...forMembers('members.read'),
  method: 'get',
  path: '/v1/orgs/{org}/invitations',
  summary: 'The invitations that are open',
  request: { params: OrgParam },
  responses: answers(200, z.object({ invitations: z.array(InvitationView) })),
});
const again = createRoute({
  ...forMembers('members.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/members/{user}/invitation',
  summary: 'Invite a person anew: whatever a member signed in with is void',
  request: { params: OrgParam.extend({ user: UserId }), body: json(z.strictObject({})) },
  responses: answers(201, Invitation),
});
const revoke = createRoute({
  ...forMembers('members.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/invitations/{invitation}',
  summary: 'Revoke an invitation',
  request: { params: OrgParam.extend({ invitation: z.uuid() }) },
  responses: answersNothing,
});

export const memberInvitations = newRouter();

memberInvitations.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db, now } = c.get('services');
  const rows = await db.org(org, (tx) =>
    tx
      .select({
        id: invitations.id,
        user: invitations.userId,
        email: invitations.email,
        memberEmail: users.email,
        role: invitations.role,
        createdAt: invitations.createdAt,
        expiresAt: invitations.expiresAt,
      })
      .from(invitations)
      .leftJoin(users, eq(users.id, invitations.userId))
      .where(
        and(
          isNull(invitations.usedAt),
          isNull(invitations.revokedAt),
          gt(invitations.expiresAt, new Date(now())),
        ),
      ),
  );
  const views = rows.map(({ email, memberEmail, ...row }) => ({
    ...row,
    // Whoever is no member is not to be seen; older invitations, all to members, say no address of their own.
    email: email ?? memberEmail ?? '',
    user: UserId.parse(row.user),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }));
  return c.json({ invitations: views }, 200);
});

/**
 * Whoever recovers an account can become its person: an organization may do that only to someone who is its own and nobody else's, and
 * nobody to someone who may do more than they may themselves.
 */
async function requireOwnPerson(tx: Tx, member: Member, user: UserId, caller: Caller): Promise<void> {
  const { org } = member;
  const [found] = await tx
    .select({ platformRole: users.platformRole })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.orgId, org), eq(memberships.userId, user)));
  if (!found) throw new Refusal('not_found');
  if (caller.platformRole === 'platform_owner') return;
  const holdings = await holdingsOfPeople(tx, org, [user]);
  requireHeld(member, holdings.get(user)?.permissions ?? []);
  const [elsewhere] = await tx
    .select({ count: count() })
    .from(memberships)
    .where(and(eq(memberships.userId, user), ne(memberships.orgId, org)));
  if (found.platformRole !== null || (elsewhere?.count ?? 0) > 0)
    throw new Refusal(
      'forbidden',
      "this person belongs elsewhere too: only the platform's owner can invite them anew",
    );
}

memberInvitations.openapi(again, async (c) => {
  const { org, user } = c.req.valid('param');
  const services = c.get('services');
  const caller = c.get('caller');
  requireRecent(caller.authenticatedAt, services.now());
  const invitation = await services.db.platform(async (tx) => {
    const note = (action: string) =>
      record(tx, { org, actor: actorOf(caller), action, subject: user, requestId: c.get('requestId') });
    const waiting = await offerOf(tx, org, user);
    if (waiting) {
      requireHeld(c.get('member'), await permissionsOfRole(tx, org, waiting.role));
      await note('member.invite');
      return offer(tx, services, org, user, waiting);
    }
    await requireOwnPerson(tx, c.get('member'), user, caller);
    const [joined] = await tx
      .select({ user: verifiers.userId })
      .from(verifiers)
      .where(eq(verifiers.userId, user));
    await voidSecrets(tx, user, services.now());
    await note(joined ? 'member.recover' : 'member.invite');
    return invite(tx, services, user, org);
  });
  return c.json(invitation, 201);
});

memberInvitations.openapi(revoke, async (c) => {
  const { org, invitation } = c.req.valid('param');
  const { db, now } = c.get('services');
  await db.org(org, async (tx) => {
    const revoked = await tx
      .update(invitations)
      .set({ revokedAt: new Date(now()) })
      .where(and(eq(invitations.id, invitation), isNull(invitations.usedAt), isNull(invitations.revokedAt)))
      .returning({ id: invitations.id });
    if (revoked.length === 0) throw new Refusal('not_found');
    await record(tx, {
      org,
      actor: actorOf(c.get('caller')),
      action: 'invitation.revoke',
      subject: invitation,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});
