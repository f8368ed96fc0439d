/** The platform suspends an organization and resumes it, with a reason that both trails keep. */
import { eq } from 'drizzle-orm';
import { OrganizationEntry, SuspendOrganization } from '../../../schema/api/platform.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { organizations } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { actOf } from '../../act.ts';
import type { Tx } from '../../db.ts';
import { resumeOrganization, suspendOrganization } from '../../flows/suspend-organization.ts';
import { answers, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const suspend = createRoute({
  ...forPlatform('organizations.suspend'),
  method: 'post',
  path: '/v1/platform/organizations/{org}/suspend',
  summary: 'Suspend an organization: its sessions end, nobody gets in, its keys and webhooks rest',
  request: { params: OrgParam, body: json(SuspendOrganization) },
  responses: answers(200, OrganizationEntry),
});
const resume = createRoute({
  ...forPlatform('organizations.suspend'),
  method: 'post',
  path: '/v1/platform/organizations/{org}/resume',
  summary: 'Resume an organization that was suspended',
  request: { params: OrgParam, body: json(SuspendOrganization) },
  responses: answers(200, OrganizationEntry),
});

export const suspension = newRouter();

suspension.openapi(suspend, async (c) => {
  const { org } = c.req.valid('param');
  const act = actOf(c, org);
  const entry = await c.get('services').db.platform(async (tx) => {
    await suspendOrganization(tx, act, c.req.valid('json').reason);
    return entryOf(tx, org);
  });
  return c.json(entry, 200);
});

suspension.openapi(resume, async (c) => {
  const { org } = c.req.valid('param');
  const act = actOf(c, org);
  const entry = await c.get('services').db.platform(async (tx) => {
    await resumeOrganization(tx, act, c.req.valid('json').reason);
    return entryOf(tx, org);
  });
  return c.json(entry, 200);
});

async function entryOf(tx: Tx, org: OrgId): Promise<OrganizationEntry> {
  const [row] = await tx.select().from(organizations).where(eq(organizations.id, org));
  if (!row) throw new Error('it was there in this transaction');
  const { name, suspendedAt } = row;
  return { id: org, name, suspendedAt: suspendedAt?.toISOString() ?? null };
}
