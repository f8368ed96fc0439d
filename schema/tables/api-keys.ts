/** Service accounts: programs that act in an organization, and the keys they show. */
import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { OrgPermission } from '../permissions.ts';
import type { RoleName } from '../roles.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { tenantPolicies } from './policies.ts';

export const serviceAccounts = pgTable(
  'service_accounts',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    role: text().$type<RoleName>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('service_accounts_name').on(table.orgId, table.name),
    ...tenantPolicies('service_accounts', table.orgId),
  ],
);

export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    accountId: uuid()
      .notNull()
      .references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** SHA-256 of the whole key, base64url. */
    hash: text().notNull(),
    /** At most these of what the account's role holds. */
    permissions: text().array().$type<OrgPermission[]>().notNull(),
    /** Addresses and CIDR blocks it may be used from; empty: any. */
    sources: text().array().notNull().default([]),
    createdAt: createdAt(),
    expiresAt: at().notNull(),
    revokedAt: at(),
    /** Coarse: not each request. */
    lastUsedAt: at(),
  },
  (table) => [index('api_keys_account').on(table.accountId), ...tenantPolicies('api_keys', table.orgId)],
);
