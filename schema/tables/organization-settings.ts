/** What an organization chose about itself, and what the platform allows it. */
import { sql } from 'drizzle-orm';
import { jsonb, pgPolicy, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Branding, Features } from '../api/organizations.ts';
import type { Quotas } from '../quotas.ts';
import { createdAt } from './columns.ts';
import { organizations } from './people.ts';
import { currentOrg, platformPolicy, tenantPolicies, tenantRole } from './policies.ts';

export const organizationSettings = pgTable(
  'organization_settings',
  {
    orgId: uuid()
      .primaryKey()
      .references(() => organizations.id),
    branding: jsonb().$type<Branding>().notNull().default({}),
    /** Only those that differ from the platform's. */
    features: jsonb().$type<Partial<Features>>().notNull().default({}),
    locale: text().notNull().default('en'),
    createdAt: createdAt(),
  },
  (table) => [...tenantPolicies('organization_settings', table.orgId)],
);

/** Read by the organization, set by the platform alone. */
export const organizationQuotas = pgTable(
  'organization_quotas',
  {
    orgId: uuid()
      .primaryKey()
      .references(() => organizations.id),
    /** Only those that differ from the platform's defaults. */
    quotas: jsonb().$type<Partial<Quotas>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [
    pgPolicy('organization_quotas_tenant', {
      for: 'select',
      to: tenantRole,
      using: sql`${table.orgId} = ${currentOrg}`,
    }),
    platformPolicy('organization_quotas'),
  ],
);
