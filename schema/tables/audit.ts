/**
 * What happened: rows are added and read, never changed (the application's roles lack the right). The database itself numbers and links them when the
 * transaction commits: the triggers and functions are in the migration `audit_chain`, what is hashed in `schema/audit.ts`.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  index,
  integer,
  pgPolicy,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt } from './columns.ts';
import { auditorPolicy, currentOrg, platformPolicy, tenantRole } from './policies.ts';

export const audit = pgTable(
  'audit',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: timestamp({ withTimezone: true, mode: 'date', precision: 3 }).notNull().defaultNow(),
    /** Null for what concerns the platform only. */
    orgId: uuid(),
    /** `user:<id>`, `node:<id>`, `anonymous` or `system` */
    actor: text().notNull(),
    action: text().notNull(),
    subject: text(),
    reason: text(),
    generation: integer(),
    requestId: text().notNull(),
    /** Whence the request came: network address, program, and the region that answered. */
    address: text(),
    userAgent: text(),
    region: text(),
    /** Canonical JSON (RFC 8785), secrets masked. */
    detail: text(),
    /** Place in the chain, from 1; null only until the transaction commits. */
    seq: bigint({ mode: 'number' }),
    /** SHA-256 in hex: of the entry before, and of this one. */
    prev: text(),
    hash: text(),
  },
  (table) => [
    index('audit_org').on(table.orgId, table.id),
    uniqueIndex('audit_chain').on(
      sql`coalesce(${table.orgId}, '00000000-0000-0000-0000-000000000000')`,
      table.seq,
    ),
    pgPolicy('audit_tenant', {
      to: tenantRole,
      using: sql`${table.orgId} = ${currentOrg}`,
      withCheck: sql`${table.orgId} = ${currentOrg}`,
    }),
    platformPolicy('audit'),
    auditorPolicy('audit'),
  ],
);

/** One row per organization and one (the nil UUID) for the platform: where its audit chain and its events end. Written by the triggers alone. */
export const chains = pgTable(
  'chains',
  {
    chain: uuid().primaryKey(),
    auditSeq: bigint({ mode: 'number' }).notNull().default(0),
    auditHash: text().notNull(),
    eventSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** Entries up to here were removed by retention. */
    trimmedSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** Entries older than this may be removed; null keeps them for ever. */
    retentionDays: integer(),
  },
  (table) => [
    pgPolicy('chains_tenant', {
      to: tenantRole,
      using: sql`${table.chain} = ${currentOrg}`,
      withCheck: sql`${table.chain} = ${currentOrg}`,
    }),
    platformPolicy('chains'),
    auditorPolicy('chains'),
  ],
);

/** What the platform signed: that the chain's entry `seq` had this hash. Added, never changed. */
export const checkpoints = pgTable(
  'checkpoints',
  {
    chain: uuid().notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    hash: text().notNull(),
    /** Compact JWS, typ `fabric-audit-checkpoint+jwt`. */
    signed: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('checkpoints_place').on(table.chain, table.seq),
    pgPolicy('checkpoints_tenant', {
      for: 'select',
      to: tenantRole,
      using: sql`${table.chain} = ${currentOrg}`,
    }),
    platformPolicy('checkpoints'),
    auditorPolicy('checkpoints'),
  ],
);
