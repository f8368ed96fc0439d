/** Organizations, users, and who belongs where. */
import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { PlatformRole, RoleName } from '../roles.ts';
import { clusters } from './clusters.ts';
import { at, createdAt, id } from './columns.ts';
import { currentOrg, platformPolicy, tenantPolicies, tenantRole } from './policies.ts';

export const organizations = pgTable(
  'organizations',
  {
    id: id(),
    name: text().notNull().unique(),
    cluster: uuid()
      .notNull()
      .references(() => clusters.id),
    /** The organization's data key, wrapped by the key service; two of them, newest first, while one takes over from the other. */
    sealedDataKey: text().notNull(),
    /** Since when nobody does anything in it. */
    suspendedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [
    pgPolicy('organizations_tenant', {
      for: 'select',
      to: tenantRole,
      using: sql`${table.id} = ${currentOrg}`,
    }),
    platformPolicy('organizations'),
  ],
);

export const users = pgTable(
  'users',
  {
    id: id(),
    email: text().notNull().unique(),
    name: text().notNull(),
    platformRole: text().$type<PlatformRole>(),
    createdAt: createdAt(),
  },
  (table) => [
    // Members only: the sub-query is itself under the tenant's policy.
    pgPolicy('users_tenant', {
      for: 'select',
      to: tenantRole,
      using: sql`exists (select 1 from memberships m where m.user_id = ${table.id})`,
    }),
    platformPolicy('users'),
  ],
);

export const memberships = pgTable(
  'memberships',
  {
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    role: text().$type<RoleName>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.userId] }),
    ...tenantPolicies('memberships', table.orgId),
  ],
);
