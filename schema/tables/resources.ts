/** Resources, their sealed credentials, and who may reach them. */
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { ChannelGrants } from '../channel.ts';
import type { Protocol, Target } from '../resource.ts';
import type { OrgRole } from '../roles.ts';
import { createdAt, id } from './columns.ts';
import { organizations, users } from './people.ts';
import { tenantPolicies } from './policies.ts';

export const resources = pgTable(
  'resources',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    protocol: text().$type<Protocol>().notNull(),
    egressPool: text().notNull(),
    target: jsonb().$type<Target>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('resources_name').on(table.orgId, table.name),
    ...tenantPolicies('resources', table.orgId),
  ],
);

export const credentials = pgTable(
  'credentials',
  {
    resourceId: uuid()
      .primaryKey()
      .references(() => resources.id, { onDelete: 'cascade' }),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    /** Under the organization's data key, bound to organization and resource. */
    sealed: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [...tenantPolicies('credentials', table.orgId)],
);

/** To one user, or to everybody with a role: exactly one of the two is set. */
export const grants = pgTable(
  'grants',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    resourceId: uuid()
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    userId: uuid().references(() => users.id),
    role: text().$type<OrgRole>(),
    channels: jsonb().$type<ChannelGrants>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('grants_resource').on(table.resourceId), ...tenantPolicies('grants', table.orgId)],
);
