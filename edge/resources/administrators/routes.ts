/** The platform's own people: its owner names administrators and those who may recover partitions. Nobody is made owner here. */
import { asc, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import {
  AdministratorList,
  AdministratorView,
  CreateAdministrator,
  CreatedAdministrator,
} from '../../../schema/api/access.ts';
import { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { normalEmail } from '../../../schema/sign-in/two-secret.ts';
import { users, verifiers } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { endSignIns, ofPerson } from '../../sign-in/families.ts';
import { invite } from '../../sign-in/invitations.ts';

const list = createRoute({
  ...forPlatform('administrators.manage'),
  method: 'get',
  path: '/v1/platform/administrators',
  summary: "The platform's administrators",
  responses: answers(200, AdministratorList),
});
const create = createRoute({
  ...forPlatform('administrators.manage'),
  method: 'post',
  path: '/v1/platform/administrators',
  summary: 'Make someone an administrator, and invite them if they are new',
  request: { body: json(CreateAdministrator) },
  responses: answers(201, CreatedAdministrator),
});
const remove = createRoute({
  ...forPlatform('administrators.manage'),
  method: 'delete',
  path: '/v1/platform/administrators/{user}',
  summary: 'Take the role of an administrator away',
  request: { params: z.object({ user: UserId }) },
  responses: answersNothing,
});

export const administrators = newRouter();

administrators.openapi(list, async (c) => {
  const rows = await c
    .get('services')
    .db.platform((tx) =>
      tx.select().from(users).where(isNotNull(users.platformRole)).orderBy(asc(users.email)),
    );
  const views = rows.map(({ id, email, name, platformRole }) => ({ id, email, name, role: platformRole }));
  return c.json({ administrators: z.array(AdministratorView).parse(views) }, 200);
});

administrators.openapi(create, async (c) => {
  const wanted = c.req.valid('json');
  const email = normalEmail(wanted.email);
  const services = c.get('services');
  const { role } = wanted;
  const requestId = c.get('requestId');
  const { id, name, invitation } = await services.db.platform(async (tx) => {
    const known = await lockPerson(tx, eq(users.email, email));
    if (known?.platformRole === 'platform_owner')
      throw new Refusal('conflict', "the platform's owner stays the owner");
    const person = known ?? (await insertPerson(tx, email, wanted.name));
    const [joined] = await tx
      .select({ user: verifiers.userId })
      .from(verifiers)
      .where(eq(verifiers.userId, person.id));
    await tx.update(users).set({ platformRole: role }).where(eq(users.id, person.id));
    const subject = `${person.id} as ${role}`;
    await record(tx, {
      org: null,
      actor: actorOf(c.get('caller')),
      action: 'administrator.create',
      subject,
      requestId,
    });
    const user = UserId.parse(person.id);
    return { ...person, invitation: joined ? null : await invite(tx, services, user, null) };
  });
  return c.json({ id: UserId.parse(id), email, name, role, invitation }, 201);
});

administrators.openapi(remove, async (c) => {
  const { user } = c.req.valid('param');
  const requestId = c.get('requestId');
  await c.get('services').db.platform(async (tx) => {
    const person = await lockPerson(tx, eq(users.id, user));
    if (!person?.platformRole) throw new Refusal('not_found');
    if (person.platformRole === 'platform_owner')
      throw new Refusal('conflict', "the platform's owner can not be removed");
    await tx.update(users).set({ platformRole: null }).where(eq(users.id, user));
    // The role is looked up at each request, so it is gone at once; a new sign-in tells their screens so.
    await endSignIns(tx, ofPerson(user), 'role_removed', c.get('services').now());
    await record(tx, {
      org: null,
      actor: actorOf(c.get('caller')),
      action: 'administrator.remove',
      subject: user,
      requestId,
    });
  });
  return c.body(null, 204);
});

async function lockPerson(tx: Tx, which: ReturnType<typeof eq>) {
  const [row] = await tx.select().from(users).where(which).for('update');
  return row;
}

async function insertPerson(tx: Tx, email: string, name: string | undefined) {
  if (name === undefined)
    throw new Refusal('not_found', 'nobody has this address: give a name to make an account and invite them');
  const [row] = await tx.insert(users).values({ email, name }).returning();
  if (!row) throw new Error('nothing was inserted');
  return row;
}
