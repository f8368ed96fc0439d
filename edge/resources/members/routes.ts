/** People of an organization. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { CreatedMember, CreateMember, MemberView } from '../../../schema/api/platform.ts';
import type { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { normalEmail } from '../../../schema/sign-in/two-secret.ts';
import { memberships, users, verifiers } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { isDuplicate, type Tx } from '../../db.ts';
import { answers, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { invite } from '../../sign-in/invitations.ts';
import { memberInvitations } from './invitations.ts';

const list = createRoute({
  ...forMembers('members.read'),
  method: 'get',
  path: '/v1/orgs/{org}/members',
  request: { params: OrgParam },
  responses: answers(200, z.object({ members: z.array(MemberView) })),
});
const create = createRoute({
  ...forMembers('members.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/members',
  request: { params: OrgParam, body: json(CreateMember) },
  responses: answers(201, CreatedMember),
});

export const members = newRouter();
members.route('/', memberInvitations);

members.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db } = c.get('services');
  const rows = await db.org(org, (tx) =>
    tx
      .select({ id: users.id, email: users.email, name: users.name, role: memberships.role })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId)),
  );
  return c.json({ members: rows as z.infer<typeof MemberView>[] }, 200);
});

members.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const services = c.get('services');
  const caller = c.get('caller');
  const { name, role, ...typed } = c.req.valid('json');
  const email = normalEmail(typed.email);
  // A user is the platform's row, the membership the organization's: one transaction, so that neither stands alone.
  const member = await services.db
    .platform(async (tx) => {
      const known = await findOrMakeUser(tx, email, name);
      await tx.insert(memberships).values({ orgId: org, userId: known.id, role });
      await record(tx, {
        org,
        actor: `user:${caller.user}`,
        action: 'member.create',
        subject: known.id,
        requestId: c.get('requestId'),
      });
      const invitation = known.joined ? null : await invite(tx, services, known.id, org);
      return { id: known.id, email, name: known.name, role, invitation };
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', 'this person is a member already') : error;
    });
  return c.json(member, 201);
});

/**
 * Someone who has an account keeps it, whichever organizations they join. Who holds an invitation can become its person: nobody is
 * invited who belongs somewhere already and has no secrets of their own yet.
 */
async function findOrMakeUser(tx: Tx, email: string, name: string) {
  const [known] = await tx
    .select({
      id: users.id,
      name: users.name,
      platformRole: users.platformRole,
      verifier: verifiers.userId,
      org: memberships.orgId,
    })
    .from(users)
    .leftJoin(verifiers, eq(verifiers.userId, users.id))
    .leftJoin(memberships, eq(memberships.userId, users.id))
    .where(eq(users.email, email))
    .limit(1);
  if (known && known.verifier === null && (known.org !== null || known.platformRole !== null))
    throw new Refusal('conflict', 'this person was invited already and has not joined yet');
  if (known) return { id: known.id as UserId, name: known.name, joined: known.verifier !== null };
  const [made] = await tx.insert(users).values({ email, name }).returning({ id: users.id });
  if (!made) throw new Error('nothing was inserted');
  return { id: made.id as UserId, name, joined: false };
}
