/** Secrets of an organization, and their versions: metadata in the clear, values sealed. */
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Grantee, Labels } from '../policy.ts';
import type { GeneratedSecret, SecretKind, VersionState } from '../secret-kinds.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { tenantPolicies } from './policies.ts';

export const secrets = pgTable(
  'secrets',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    kind: text().$type<SecretKind>().notNull(),
    labels: jsonb().$type<Labels>().notNull().default({}),
    /** Made with a resource, and goes with it. */
    ownedByResource: boolean().notNull().default(false),
    /** The highest number that a version has had; none is given twice. */
    versions: integer().notNull().default(0),
    /** What the fabric itself makes new values of; null: a person puts them. */
    generated: jsonb().$type<GeneratedSecret>(),
    rotateEveryDays: integer(),
    nextRotationAt: at(),
    /** Since when a person is asked for a new value. */
    dueSince: at(),
    /** How long the version before stays good after a new one. */
    overlapDays: integer().notNull().default(0),
    /** From then on it is not used any more. */
    expiresAt: at(),
    /** Who may, of those whose permissions let them; null: all of these. */
    useBy: jsonb().$type<Grantee[]>(),
    revealBy: jsonb().$type<Grantee[]>(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('secrets_name').on(table.orgId, table.name),
    index('secrets_rotation').on(table.nextRotationAt),
    ...tenantPolicies('secrets', table.orgId),
  ],
);

/** A value never changes: a new one is a new version. */
export const secretVersions = pgTable(
  'secret_versions',
  {
    secretId: uuid()
      .notNull()
      .references(() => secrets.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    state: text().$type<VersionState>().notNull(),
    /** Under the organization's data key, bound to organization, secret and version; null once destroyed. */
    sealed: text(),
    /** A key's public half, where the fabric made it. */
    publicPart: text(),
    /** `previous` stays good until then. */
    overlapUntil: at(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.secretId, table.version] }),
    index('secret_versions_overlap').on(table.overlapUntil),
    ...tenantPolicies('secret_versions', table.orgId),
  ],
);

/** What a secret was used for or shown to whom: the audit trail says the same, but is not searched by secret. */
export const secretUses = pgTable(
  'secret_uses',
  {
    id: id(),
    secretId: uuid()
      .notNull()
      .references(() => secrets.id, { onDelete: 'cascade' }),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    createdAt: createdAt(),
    what: text().$type<'use' | 'reveal'>().notNull(),
    version: integer().notNull(),
    /** Who revealed it, or whose session it was used for. */
    person: uuid().notNull(),
    sessionId: uuid(),
    resourceId: uuid(),
    reason: text(),
  },
  (table) => [
    index('secret_uses_recent').on(table.secretId, table.createdAt),
    index('secret_uses_age').on(table.createdAt),
    ...tenantPolicies('secret_uses', table.orgId),
  ],
);
