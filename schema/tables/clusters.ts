/** Clusters, their keys, nodes and the tokens that nodes enrol with. Platform scope: no organization ever sees these. */
import { index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { KeyPhase } from '../api/keys.ts';
import type { NodeRole } from '../roles.ts';
import { at, createdAt, id } from './columns.ts';
import { platformPolicy } from './policies.ts';

export const clusters = pgTable(
  'clusters',
  {
    id: id(),
    name: text().notNull().unique(),
    origins: text().array().notNull().default([]),
    createdAt: createdAt(),
  },
  () => [platformPolicy('clusters')],
);

/** Private halves are sealed by the platform (edge/keys/envelope.ts); `cluster` is null for the platform's own. */
export const keys = pgTable(
  'keys',
  {
    id: id(),
    cluster: uuid().references(() => clusters.id),
    purpose: text().$type<'ca' | 'signing' | 'access' | 'audit' | 'derive'>().notNull(),
    /** A PEM certificate for `ca`, a JWK as JSON for those that sign, nothing for `derive`. */
    publicPart: text().notNull(),
    sealed: text().notNull(),
    /** Of `ca` and `signing`: where a rotation has brought it. */
    phase: text().$type<KeyPhase>().notNull().default('active'),
    phaseAt: at().notNull().defaultNow(),
    createdAt: createdAt(),
  },
  (table) => [index('keys_cluster').on(table.cluster, table.purpose), platformPolicy('keys')],
);

export const nodes = pgTable(
  'nodes',
  {
    id: id(),
    cluster: uuid()
      .notNull()
      .references(() => clusters.id),
    name: text().notNull(),
    roles: text().array().$type<NodeRole[]>().notNull(),
    egressPools: text().array().notNull().default([]),
    endpoints: text().array().notNull().default([]),
    /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
    spki: text().notNull(),
    /** SPKI in DER, base64url: what assertions are checked with. */
    publicKey: text().notNull(),
    /** SHA-256 of the certificates it may show, base64url, newest first. */
    certificateHashes: text().array().notNull(),
    certificateExpiresAt: at().notNull(),
    /** X25519, raw, base64url: what clients seal with when this is their service node. */
    sealKey: text(),
    snapshotVersion: integer().notNull().default(1),
    /** The newest snapshot it said it holds, and the first that names the cluster's keys as they are now. */
    acknowledgedVersion: integer().notNull().default(0),
    keysVersion: integer().notNull().default(1),
    /** The `keys` row of the CA that its newest certificate is from; null for one from before that was kept. */
    certifiedBy: uuid(),
    lastSeenAt: at(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('nodes_name').on(table.cluster, table.name), platformPolicy('nodes')],
);

export const bootstrapTokens = pgTable(
  'bootstrap_tokens',
  {
    id: id(),
    cluster: uuid()
      .notNull()
      .references(() => clusters.id),
    hash: text().notNull().unique(),
    roles: text().array().$type<NodeRole[]>().notNull(),
    egressPools: text().array().notNull(),
    usesLeft: integer().notNull(),
    expiresAt: at().notNull(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  () => [platformPolicy('bootstrap_tokens')],
);

/** Identifiers of node assertions that were used, when Redis is not there to keep them. */
export const usedAssertions = pgTable(
  'used_assertions',
  { jti: uuid().primaryKey(), expiresAt: at().notNull() },
  () => [platformPolicy('used_assertions')],
);
