/** An organization's own page: its name, looks, language and what it switched off; and what the platform allows it. */
import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  type Branding,
  ChangeOrganization,
  ChangeQuotas,
  DEFAULT_FEATURES,
  Membership,
  OrganizationDetail,
  QuotasView,
} from '../../../schema/api/organizations.ts';
import { OrganizationEntry } from '../../../schema/api/platform.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import {
  organizationQuotas,
  organizationSettings,
  organizations as table,
} from '../../../schema/tables/index.ts';
import { forMembers, forPersons, forPlatform } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import type { Tx } from '../../db.ts';
import { membership } from '../../middleware/authorize.ts';
import { quotasOf, usedOf } from '../../quotas.ts';
import { answers, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { suspension } from './suspension.ts';

const get = createRoute({
  ...forMembers('organization.read'),
  method: 'get',
  path: '/v1/orgs/{org}',
  summary: 'An organization, and what it chose',
  request: { params: OrgParam },
  responses: answers(200, OrganizationDetail),
});
const mine = createRoute({
  ...forPersons,
  method: 'get',
  path: '/v1/me/organizations/{org}',
  summary: 'What I am in an organization, and may do there',
  request: { params: OrgParam },
  responses: answers(200, Membership),
});
const change = createRoute({
  ...forMembers('organization.manage'),
  method: 'patch',
  path: '/v1/orgs/{org}',
  summary: 'Change what an organization chose',
  request: { params: OrgParam, body: json(ChangeOrganization) },
  responses: answers(200, OrganizationDetail),
});
const getQuotas = createRoute({
  ...forMembers('organization.read'),
  method: 'get',
  path: '/v1/orgs/{org}/quotas',
  summary: 'What an organization may have, and has',
  request: { params: OrgParam },
  responses: answers(200, QuotasView),
});
const list = createRoute({
  ...forPlatform('organizations.read'),
  method: 'get',
  path: '/v1/platform/organizations',
  summary: 'The organizations',
  responses: answers(200, z.object({ organizations: z.array(OrganizationEntry) })),
});
const platformQuotas = createRoute({
  ...forPlatform('organizations.read'),
  method: 'get',
  path: '/v1/platform/organizations/{org}/quotas',
  summary: 'What an organization may have, and has, for the platform',
  request: { params: OrgParam },
  responses: answers(200, QuotasView),
});
const setQuotas = createRoute({
  ...forPlatform('quotas.manage'),
  method: 'patch',
  path: '/v1/platform/organizations/{org}/quotas',
  summary: 'Change what an organization may have',
  request: { params: OrgParam, body: json(ChangeQuotas) },
  responses: answers(200, QuotasView),
});

export const organizations = newRouter();
organizations.route('/', suspension);

organizations.openapi(get, async (c) => {
  const { org } = c.req.valid('param');
  return c.json(await c.get('services').db.org(org, (tx) => describe(tx, org)), 200);
});

organizations.openapi(mine, async (c) => {
  const { org } = c.req.valid('param');
  const services = c.get('services');
  const { role, permissions } = await membership(services, org, c.get('caller'), c.get('requestId'));
  const { name } = await services.db.org(org, (tx) => describe(tx, org));
  return c.json({ id: org, name, role, permissions: [...permissions] }, 200);
});

organizations.openapi(change, async (c) => {
  const { org } = c.req.valid('param');
  const wanted = c.req.valid('json');
  const act = actOf(c, org);
  const changed = await c.get('services').db.org(org, async (tx) => {
    await tx.insert(organizationSettings).values({ orgId: org }).onConflictDoNothing();
    const [before] = await tx
      .select()
      .from(organizationSettings)
      .where(eq(organizationSettings.orgId, org))
      .for('update');
    if (!before) throw new Refusal('not_found');
    const branding = withoutUndefined({ ...before.branding, ...wanted.branding });
    const features = withoutUndefined({ ...before.features, ...wanted.features });
    const locale = wanted.locale ?? before.locale;
    await tx
      .update(organizationSettings)
      .set({ branding, features, locale })
      .where(eq(organizationSettings.orgId, org));
    await recordAct(tx, act, 'organization.change', org, { reason: Object.keys(wanted).join(' ') });
    return describe(tx, org);
  });
  return c.json(changed, 200);
});

organizations.openapi(getQuotas, async (c) => {
  const { org } = c.req.valid('param');
  const { db, now } = c.get('services');
  return c.json(await db.org(org, (tx) => quotasView(tx, org, now())), 200);
});

organizations.openapi(list, async (c) => {
  const rows = await c
    .get('services')
    .db.platform((tx) =>
      tx
        .select({ id: table.id, name: table.name, suspendedAt: table.suspendedAt })
        .from(table)
        .orderBy(asc(table.name)),
    );
  const shown = rows.map((row) => ({ ...row, suspendedAt: row.suspendedAt?.toISOString() ?? null }));
  return c.json({ organizations: z.array(OrganizationEntry).parse(shown) }, 200);
});

organizations.openapi(platformQuotas, async (c) => {
  const { org } = c.req.valid('param');
  const { db, now } = c.get('services');
  const view = await db.platform(async (tx) => {
    await requireOrganization(tx, org);
    return quotasView(tx, org, now());
  });
  return c.json(view, 200);
});

organizations.openapi(setQuotas, async (c) => {
  const { org } = c.req.valid('param');
  const wanted = c.req.valid('json');
  const act = actOf(c, org);
  const view = await c.get('services').db.platform(async (tx) => {
    await requireOrganization(tx, org);
    await tx.insert(organizationQuotas).values({ orgId: org }).onConflictDoNothing();
    const [before] = await tx
      .select()
      .from(organizationQuotas)
      .where(eq(organizationQuotas.orgId, org))
      .for('update');
    const quotas = withoutUndefined({ ...before?.quotas, ...wanted });
    await tx.update(organizationQuotas).set({ quotas }).where(eq(organizationQuotas.orgId, org));
    await recordAct(tx, act, 'organization.quotas', org, { reason: JSON.stringify(wanted) });
    return quotasView(tx, org, act.now.getTime());
  });
  return c.json(view, 200);
});

/** @throws Refusal `not_found` */
async function requireOrganization(tx: Tx, org: OrgId): Promise<void> {
  const [known] = await tx.select({ id: table.id }).from(table).where(eq(table.id, org));
  if (!known) throw new Refusal('not_found');
}

async function describe(tx: Tx, org: OrgId): Promise<OrganizationDetail> {
  const [row] = await tx
    .select({ name: table.name, settings: organizationSettings })
    .from(table)
    .leftJoin(organizationSettings, eq(organizationSettings.orgId, table.id))
    .where(eq(table.id, org));
  if (!row) throw new Refusal('not_found');
  const branding: Branding = row.settings?.branding ?? {};
  const features = { ...DEFAULT_FEATURES, ...row.settings?.features };
  return { id: org, name: row.name, branding, features, locale: row.settings?.locale ?? 'en' };
}

async function quotasView(tx: Tx, org: OrgId, now: number): Promise<z.infer<typeof QuotasView>> {
  return { limits: await quotasOf(tx, org), used: await usedOf(tx, org, now) };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
