/** People of an organization. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { CreateMember, MemberView } from '../../../schema/api/platform.ts';
import type { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { memberships, users } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { isDuplicate } from '../../db.ts';
import { hashPassword } from '../../keys/password.ts';
import { answers, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const list = createRoute({
  ...forMembers('members.read'),
  method: 'get',
  path: '/v1/orgs/{org}/members',
  summary: 'The people of an organization',
  request: { params: OrgParam },
  responses: answers(200, z.object({ members: z.array(MemberView) })),
});
const create = createRoute({
  ...forMembers('members.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/members',
  summary: 'Add a person',
  request: { params: OrgParam, body: json(CreateMember) },
  responses: answers(201, MemberView),
});

export const members = newRouter();

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
  const { db } = c.get('services');
  const caller = c.get('caller');
  const { email, name, role, password } = c.req.valid('json');
  const passwordHash = await hashPassword(password);
  // A user is the platform's row, the membership the organization's: one transaction, so that neither stands alone.
  const id = await db
    .platform(async (tx) => {
      const [user] = await tx
        .insert(users)
        .values({ email: email.toLowerCase(), name, passwordHash })
        .returning({ id: users.id });
      if (!user) throw new Error('nothing was inserted');
      await tx.insert(memberships).values({ orgId: org, userId: user.id, role });
      await record(tx, {
        org,
        actor: `user:${caller.user}`,
        action: 'member.create',
        subject: user.id,
        requestId: c.get('requestId'),
      });
      return user.id as UserId;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', 'this e-mail address is taken') : error;
    });
  return c.json({ id, email, name, role }, 201);
});
