/** How people prove who they are, and where they are signed in. Secrets are sealed or hashed; verifiers too, though they alone open nothing. */
import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { SecondFactorRule, SignInEvidence } from '../api/sign-in.ts';
import type { RoleName } from '../roles.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations, users } from './people.ts';
import { platformPolicy, tenantPolicies } from './policies.ts';

const owner = () =>
  uuid()
    .notNull()
    .references(() => users.id);

/** SRP-6a: what a password and a secret key are checked with. One for each person who has joined. */
export const verifiers = pgTable(
  'verifiers',
  {
    userId: uuid()
      .primaryKey()
      .references(() => users.id),
    salt: text().notNull(),
    sealedVerifier: text().notNull(),
    createdAt: createdAt(),
  },
  () => [platformPolicy('verifiers')],
);

/** A way in for someone who has none yet, or none any more. The token itself is kept by nobody but them. */
export const invitations = pgTable(
  'invitations',
  {
    id: id(),
    hash: text().notNull().unique(),
    userId: owner(),
    /** Null when the platform invited. */
    orgId: uuid().references(() => organizations.id),
    /** What accepting makes its person in the organization. Null where it is a way back in, or the platform's: nobody becomes a member by it. */
    role: text().$type<RoleName>(),
    /** Where the invitation goes, and what its person is called by whoever invites: the account itself is not for them to see. */
    email: text(),
    name: text(),
    expiresAt: at().notNull(),
    usedAt: at(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [index('invitations_user').on(table.userId), ...tenantPolicies('invitations', table.orgId)],
);

/** Half of a proof: what the server must remember between two calls. Sealed, short-lived, taken out by its one use. */
export const signInAttempts = pgTable(
  'sign_in_attempts',
  {
    id: id(),
    sealed: text().notNull(),
    expiresAt: at().notNull(),
  },
  (table) => [index('sign_in_attempts_expiry').on(table.expiresAt), platformPolicy('sign_in_attempts')],
);

/** A browser or command line that holds a key of its own. */
export const devices = pgTable(
  'devices',
  {
    id: id(),
    userId: owner(),
    /** JWK thumbprint (RFC 7638) of its public key. */
    thumbprint: text().notNull(),
    name: text().notNull(),
    lastSeenAt: at().notNull().defaultNow(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('devices_key').on(table.userId, table.thumbprint), platformPolicy('devices')],
);

/** A device that an organization lets in, where its policy asks for that. */
export const deviceApprovals = pgTable(
  'device_approvals',
  {
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    deviceId: uuid()
      .notNull()
      .references(() => devices.id),
    approvedBy: owner(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.deviceId] }),
    ...tenantPolicies('device_approvals', table.orgId),
  ],
);

/** One sign-in: the family of refresh tokens that came from it. */
export const signIns = pgTable(
  'sign_ins',
  {
    id: id(),
    userId: owner(),
    deviceId: uuid().references(() => devices.id),
    /** What the browser or program calls itself. */
    agent: text().notNull(),
    region: text(),
    evidence: text().array().$type<SignInEvidence[]>().notNull(),
    /** Whose identity provider vouched for them, where one did: it counts in that organization alone. */
    ssoOrgId: uuid().references(() => organizations.id),
    /** When the person last proved who they are. */
    authenticatedAt: at().notNull(),
    lastSeenAt: at().notNull(),
    endedAt: at(),
    endedBecause: text(),
    createdAt: createdAt(),
  },
  (table) => [index('sign_ins_user').on(table.userId, table.createdAt), platformPolicy('sign_ins')],
);

/** A rotated token that comes back ends its whole family. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    hash: text().primaryKey(),
    family: uuid()
      .notNull()
      .references(() => signIns.id),
    rotated: boolean().notNull().default(false),
    expiresAt: at().notNull(),
  },
  (table) => [index('refresh_tokens_family').on(table.family), platformPolicy('refresh_tokens')],
);

export const passkeys = pgTable(
  'passkeys',
  {
    id: id(),
    userId: owner(),
    credentialId: text().notNull().unique(),
    publicKey: text().notNull(),
    counter: integer().notNull(),
    transports: text().array().notNull(),
    name: text().notNull(),
    lastUsedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [index('passkeys_user').on(table.userId), platformPolicy('passkeys')],
);

/** An authenticator app. It counts once it was confirmed by a code. */
export const authenticators = pgTable(
  'authenticators',
  {
    userId: uuid()
      .primaryKey()
      .references(() => users.id),
    sealedSecret: text().notNull(),
    confirmedAt: at(),
    /** The newest time step whose code was taken: it and older ones are used up. */
    lastStep: integer().notNull().default(0),
    createdAt: createdAt(),
  },
  () => [platformPolicy('authenticators')],
);

export const recoveryCodes = pgTable(
  'recovery_codes',
  { hash: text().primaryKey(), userId: owner(), createdAt: createdAt() },
  (table) => [index('recovery_codes_user').on(table.userId), platformPolicy('recovery_codes')],
);

/** How an organization wants its people to sign in. No row: anything that the platform takes. */
export const signInPolicies = pgTable(
  'sign_in_policies',
  {
    orgId: uuid()
      .primaryKey()
      .references(() => organizations.id),
    passwordAllowed: boolean().notNull().default(true),
    passkeyAllowed: boolean().notNull().default(true),
    ssoOnly: boolean().notNull().default(false),
    secondFactor: text().$type<SecondFactorRule>().notNull().default('nobody'),
    deviceApproval: text().$type<'none' | 'notify' | 'require'>().notNull().default('none'),
    createdAt: createdAt(),
  },
  (table) => tenantPolicies('sign_in_policies', table.orgId),
);
