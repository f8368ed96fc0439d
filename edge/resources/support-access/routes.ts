/** Access that an organization's owner lends to someone of the platform: for a time, for a reason, seen in the audit trail. */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { z } from 'zod';
import { LendAccess, SupportAccessList, SupportAccessView } from '../../../schema/api/access.ts';
import { DEFAULT_FEATURES } from '../../../schema/api/organizations.ts';
import { type OrgId, SupportAccessId, UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { organizationSettings, supportAccess as table, users } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import type { Tx } from '../../db.ts';
import { requireHeld } from '../../policy/may-give.ts';
import { permissionsOfRole } from '../../policy/within.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const LISTED = 200;

const list = createRoute({
  ...forMembers('security.manage'),
  method: 'get',
  path: '/v1/orgs/{org}/support-access',
  summary: "Access that was lent to the platform's people",
  request: { params: OrgParam },
  responses: answers(200, SupportAccessList),
});
const lend = createRoute({
  ...forMembers('security.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/support-access',
  summary: "Lend access to one of the platform's people",
  request: { params: OrgParam, body: json(LendAccess) },
  responses: answers(201, SupportAccessView),
});
const takeBack = createRoute({
  ...forMembers('security.manage'),
  method: 'delete',
  path: '/v1/orgs/{org}/support-access/{access}',
  summary: 'Take lent access back',
  request: { params: OrgParam.extend({ access: SupportAccessId }) },
  responses: answersNothing,
});

export const supportAccess = newRouter();

supportAccess.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const rows = await c
    .get('services')
    .db.org(org, (tx) =>
      tx.select().from(table).where(eq(table.orgId, org)).orderBy(desc(table.createdAt)).limit(LISTED),
    );
  return c.json({ supportAccess: rows.map(viewOf) }, 200);
});

supportAccess.openapi(lend, async (c) => {
  const { org } = c.req.valid('param');
  const { db } = c.get('services');
  const { email, role, reason, expiresIn } = c.req.valid('json');
  const act = actOf(c, org);
  // Accounts of the platform's people are out of an organization's sight: only whether there is one of this address is asked.
  const [person] = await db.platform((tx) =>
    tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.email, email.toLowerCase()), isNotNull(users.platformRole))),
  );
  if (!person) throw new Refusal('not_found', 'nobody of this address works for the platform');
  const made = await db.org(org, async (tx) => {
    await requireOffered(tx, org);
    requireHeld(c.get('member'), await permissionsOfRole(tx, org, role));
    const [row] = await tx
      .insert(table)
      .values({
        orgId: org,
        userId: person.id,
        email: email.toLowerCase(),
        role,
        reason,
        grantedBy: c.get('caller').user,
        createdAt: act.now,
        expiresAt: new Date(act.now.getTime() + expiresIn * 1000),
      })
      .returning();
    if (!row) throw new Error('nothing was inserted');
    await recordAct(tx, act, 'support-access.lend', `${row.id} to ${email} as ${role}`, { reason });
    return row;
  });
  return c.json(viewOf(made), 201);
});

supportAccess.openapi(takeBack, async (c) => {
  const { org, access } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    const isThis = and(eq(table.orgId, org), eq(table.id, access));
    const [found] = await tx.select().from(table).where(isThis).for('update');
    if (!found) throw new Refusal('not_found');
    if (found.revokedAt === null) await tx.update(table).set({ revokedAt: act.now }).where(isThis);
    await recordAct(tx, act, 'support-access.take-back', access);
  });
  return c.body(null, 204);
});

async function requireOffered(tx: Tx, org: OrgId): Promise<void> {
  const [row] = await tx
    .select({ features: organizationSettings.features })
    .from(organizationSettings)
    .where(eq(organizationSettings.orgId, org));
  if (!(row?.features.supportAccess ?? DEFAULT_FEATURES.supportAccess))
    throw new Refusal('forbidden', 'this organization lends no access to the platform');
}

function viewOf(row: typeof table.$inferSelect): z.infer<typeof SupportAccessView> {
  return {
    id: SupportAccessId.parse(row.id),
    email: row.email,
    role: row.role,
    reason: row.reason,
    grantedBy: UserId.parse(row.grantedBy),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
