/** Roles that an organization made, its groups of people, and access that its owner lent to the platform's people. */
import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { OrgPermission } from '../permissions.ts';
import type { OrgRole, RoleName } from '../roles.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations, users } from './people.ts';
import { tenantPolicies } from './policies.ts';

const orgId = () =>
  uuid()
    .notNull()
    .references(() => organizations.id);

export const roles = pgTable(
  'roles',
  {
    orgId: orgId(),
    name: text().notNull(),
    permissions: text().array().$type<OrgPermission[]>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.name] }), ...tenantPolicies('roles', table.orgId)],
);

export const groups = pgTable(
  'groups',
  {
    id: id(),
    orgId: orgId(),
    name: text().notNull(),
    /** What everybody in it holds beside their own role. */
    role: text().$type<RoleName>(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('groups_name').on(table.orgId, table.name),
    ...tenantPolicies('groups', table.orgId),
  ],
);

export const groupMembers = pgTable(
  'group_members',
  {
    orgId: orgId(),
    groupId: uuid()
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.userId] }),
    index('group_members_user').on(table.orgId, table.userId),
    ...tenantPolicies('group_members', table.orgId),
  ],
);

/** The only way for the platform's people into an organization that has an owner. */
export const supportAccess = pgTable(
  'support_access',
  {
    id: id(),
    orgId: orgId(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    email: text().notNull(),
    role: text().$type<OrgRole>().notNull(),
    reason: text().notNull(),
    grantedBy: uuid()
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
    expiresAt: at().notNull(),
    revokedAt: at(),
    /** Coarse: not each request. */
    lastUsedAt: at(),
  },
  (table) => [
    index('support_access_user').on(table.orgId, table.userId),
    ...tenantPolicies('support_access', table.orgId),
  ],
);
