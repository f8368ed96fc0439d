/** Organizations, users, who belongs where, and their sign-ins. */
import { sql } from 'drizzle-orm';
import { boolean, index, pgPolicy, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
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
    /** The organization's data key, sealed under the master key. */
    sealedDataKey: text().notNull(),
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
    /** Null for who signs in by an organization's provider only. */
    passwordHash: text(),
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

/** A rotated token that comes back ends its whole family. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    hash: text().primaryKey(),
    family: uuid().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    rotated: boolean().notNull().default(false),
    expiresAt: at().notNull(),
  },
  (table) => [index('refresh_tokens_family').on(table.family), platformPolicy('refresh_tokens')],
);
