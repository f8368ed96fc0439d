/** Clusters, their keys, nodes and the tokens that nodes enrol with. Platform scope: no organization ever sees these. */
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { KeyPhase } from '../api/keys.ts';
import type { ApprovalPolicy, Authority, NodeFacts, Quorum, TokenApproval } from '../cluster.ts';
import type { NodeRole } from '../roles.ts';
import type { NeighbourChange } from '../snapshot.ts';
import { at, createdAt, id } from './columns.ts';
import { platformPolicy } from './policies.ts';

export const clusters = pgTable(
  'clusters',
  {
    id: id(),
    name: text().notNull().unique(),
    origins: text().array().notNull().default([]),
    approval: text().$type<ApprovalPolicy>().notNull().default('token'),
    /** Hours that a node may wait to be approved. */
    approvalHours: integer().notNull().default(24),
    quorum: text().$type<Quorum>().notNull().default('majority'),
    /** Grows only; who promotes or merges counts it up. */
    epoch: integer().notNull().default(1),
    authority: text().$type<Authority>().notNull().default('whole'),
    /** The highest epoch that a node proved to have seen; more than ours when another authority was promoted. */
    seenEpoch: integer().notNull().default(1),
    /** Of the last promotion or merge: nodes not heard of since are no witnesses. */
    promotedAt: at(),
    /** Counts changes of what nodes are told, under the cluster's lock: who waits for news looks at this alone. */
    changes: integer().notNull().default(0),
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
    /** `changes` of the cluster when the version grew last. */
    change: integer().notNull().default(0),
    lastSeenAt: at(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [
    // A name is free again once its node was revoked.
    uniqueIndex('nodes_name').on(table.cluster, table.name).where(sql`revoked_at is null`),
    index('nodes_change').on(table.cluster, table.change),
    platformPolicy('nodes'),
  ],
);

/** What made a node's snapshot the next version, where that was its neighbours alone: what increments are made of. Kept for a short while. */
export const snapshotChanges = pgTable(
  'snapshot_changes',
  {
    node: uuid()
      .notNull()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    change: jsonb().$type<NeighbourChange>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.node, table.version] }),
    index('snapshot_changes_created').on(table.createdAt),
    platformPolicy('snapshot_changes'),
  ],
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
    approval: text().$type<TokenApproval>().notNull().default('required'),
    uses: integer().notNull().default(1),
    usesLeft: integer().notNull(),
    /** Who made it, as the audit names them. */
    createdBy: text(),
    expiresAt: at().notNull(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  () => [platformPolicy('bootstrap_tokens')],
);

/** Nodes that ask to join and wait for a person's word. No row here gives anything: only one in `nodes` does. */
export const nodeRequests = pgTable(
  'node_requests',
  {
    id: id(),
    cluster: uuid()
      .notNull()
      .references(() => clusters.id),
    token: uuid()
      .notNull()
      .references(() => bootstrapTokens.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** SHA-256 of the SubjectPublicKeyInfo, base64url: what whoever approves compares. */
    spki: text().notNull(),
    facts: jsonb().$type<NodeFacts>(),
    /** Where the request came from. */
    address: text(),
    expiresAt: at().notNull(),
    decision: text().$type<'approved' | 'refused'>(),
    decidedBy: text(),
    decidedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('node_requests_key').on(table.token, table.name, table.spki),
    index('node_requests_cluster').on(table.cluster, table.expiresAt),
    platformPolicy('node_requests'),
  ],
);

/** Identifiers of node assertions that were used, when Redis is not there to keep them. */
export const usedAssertions = pgTable(
  'used_assertions',
  { jti: uuid().primaryKey(), expiresAt: at().notNull() },
  () => [platformPolicy('used_assertions')],
);
