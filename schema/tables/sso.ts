/** Single sign-on: an organization's identity providers, who is who there, and the short-lived rows of a sign-in under way. */
import { boolean, index, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { ProviderSettings, RoleMapping } from '../api/sso.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations, users } from './people.ts';
import { platformPolicy, tenantPolicies } from './policies.ts';

export const identityProviders = pgTable(
  'identity_providers',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    settings: jsonb().$type<ProviderSettings>().notNull(),
    /** Client secret or bind password, sealed by the organization's data key. */
    sealedSecret: text(),
    enabled: boolean().notNull(),
    roles: jsonb().$type<RoleMapping>().notNull(),
    /** Empty: any. */
    emailDomains: text().array().notNull(),
    provisioning: boolean().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    unique('identity_providers_name').on(table.orgId, table.name),
    ...tenantPolicies('identity_providers', table.orgId),
  ],
);

/** A domain whose e-mail addresses are this organization's to vouch for. Only the platform writes here. */
export const verifiedDomains = pgTable(
  'verified_domains',
  {
    domain: text().primaryKey(),
    ownerId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (table) => [index('verified_domains_owner').on(table.ownerId), platformPolicy('verified_domains')],
);

/** Which account a provider's subject is. */
export const ssoIdentities = pgTable(
  'sso_identities',
  {
    providerId: uuid()
      .notNull()
      .references(() => identityProviders.id, { onDelete: 'cascade' }),
    subject: text().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    lastSignInAt: at().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.providerId, table.subject] }),
    index('sso_identities_user').on(table.userId),
    platformPolicy('sso_identities'),
  ],
);

/** Sent to a provider and not yet back; the row goes when the answer comes, so an answer counts once. */
export const ssoAttempts = pgTable(
  'sso_attempts',
  {
    /** SHA-256 of the state. */
    hash: text().primaryKey(),
    providerId: uuid()
      .notNull()
      .references(() => identityProviders.id, { onDelete: 'cascade' }),
    /** What the answer is checked against, sealed by the platform (edge/keys/envelope.ts). */
    sealed: text().notNull(),
    /** SHA-256 of what only the program that began this knows. */
    challenge: text().notNull(),
    returnTo: text().notNull(),
    expiresAt: at().notNull(),
  },
  (table) => [index('sso_attempts_expiry').on(table.expiresAt), platformPolicy('sso_attempts')],
);

/** Proven to a provider, waiting to be exchanged for tokens; used once. */
export const ssoCodes = pgTable(
  'sso_codes',
  {
    hash: text().primaryKey(),
    providerId: uuid()
      .notNull()
      .references(() => identityProviders.id, { onDelete: 'cascade' }),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    challenge: text().notNull(),
    expiresAt: at().notNull(),
  },
  (table) => [index('sso_codes_expiry').on(table.expiresAt), platformPolicy('sso_codes')],
);

/** Assertions that were accepted, until they would be too old anyway. */
export const ssoAssertions = pgTable(
  'sso_assertions',
  {
    providerId: uuid()
      .notNull()
      .references(() => identityProviders.id, { onDelete: 'cascade' }),
    assertion: text().notNull(),
    expiresAt: at().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.providerId, table.assertion] }),
    index('sso_assertions_expiry').on(table.expiresAt),
    platformPolicy('sso_assertions'),
  ],
);
