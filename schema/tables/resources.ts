/** Resources, which secret their targets take, and who may reach them. */
import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { RequestRule } from '../access-request.ts';
import type { ChannelGrants } from '../channel.ts';
import type { Labels, Window } from '../policy.ts';
import type { Protocol, Target } from '../resource.ts';
import type { RoleName } from '../roles.ts';
import type { GivenSessionPolicy } from '../session-policy.ts';
import { serviceAccounts } from './api-keys.ts';
import { groups } from './authorization.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations, users } from './people.ts';
import { tenantPolicies } from './policies.ts';
import { secrets } from './secrets.ts';

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
    labels: jsonb().$type<Labels>().notNull().default({}),
    sessionPolicy: jsonb().$type<GivenSessionPolicy>().notNull().default({}),
    /** Null: access to it is not asked for. */
    requestRule: jsonb().$type<RequestRule>(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('resources_name').on(table.orgId, table.name),
    ...tenantPolicies('resources', table.orgId),
  ],
);

/** What a service node signs in to a resource's target with. */
export const credentials = pgTable(
  'credentials',
  {
    resourceId: uuid()
      .primaryKey()
      .references(() => resources.id, { onDelete: 'cascade' }),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    secretId: uuid().references(() => secrets.id),
    /** As it was kept before there were secrets: under the organization's data key, bound to organization and resource. Becomes a secret (edge/secrets/adopt.ts). */
    sealed: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index('credentials_secret').on(table.secretId),
    check('credentials_one_form', sql`num_nonnulls(${table.secretId}, ${table.sealed}) = 1`),
    ...tenantPolicies('credentials', table.orgId),
  ],
);

/** Exactly one holder, and exactly one of a resource and a selector of labels. */
export const grants = pgTable(
  'grants',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    resourceId: uuid().references(() => resources.id, { onDelete: 'cascade' }),
    matchLabels: jsonb().$type<Labels>(),
    userId: uuid().references(() => users.id),
    role: text().$type<RoleName>(),
    groupId: uuid().references(() => groups.id, { onDelete: 'cascade' }),
    serviceAccountId: uuid().references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    /** Null: all that the protocol has. */
    channels: jsonb().$type<ChannelGrants>(),
    expiresAt: at(),
    window: jsonb().$type<Window>(),
    createdAt: createdAt(),
  },
  (table) => [
    index('grants_resource').on(table.resourceId),
    index('grants_org').on(table.orgId),
    check(
      'grants_one_holder',
      sql`num_nonnulls(${table.userId}, ${table.role}, ${table.groupId}, ${table.serviceAccountId}) = 1`,
    ),
    check('grants_one_scope', sql`num_nonnulls(${table.resourceId}, ${table.matchLabels}) = 1`),
    ...tenantPolicies('grants', table.orgId),
  ],
);
