/** Work on keys that takes a while, and what every organization is told of the use of its own. */
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { KeyOperationKind, KeyOperationState, KeyUse } from '../api/keys.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { currentOrg, platformPolicy, tenantRole } from './policies.ts';

/** Where an operation has come to: what is before it is done. Kept in the transaction that did it. */
export interface KeyOperationPlace {
  /** Counts up when a pass found something and all is looked at again. */
  readonly pass: number;
  /** Of a rotation: the organization at work, and whether its new key is told and its old texts are sealed anew. */
  readonly org?: string;
  readonly step?: 'introduce' | 'reseal' | 'verify';
  /** Which of the sealed columns, and the last row of it that is done. */
  readonly column: number;
  readonly after?: string;
  /** Where a row is named by a number as well. */
  readonly afterNumber?: number;
  /** Moved in this pass. */
  readonly moved: number;
}

export const keyOperations = pgTable(
  'key_operations',
  {
    id: id(),
    kind: text().$type<KeyOperationKind>().notNull(),
    /** Of a rotation; null for every organization. */
    organization: uuid().references(() => organizations.id),
    state: text().$type<KeyOperationState>().notNull().default('running'),
    place: jsonb().$type<KeyOperationPlace>().notNull(),
    looked: integer().notNull().default(0),
    moved: integer().notNull().default(0),
    error: text(),
    reason: text().notNull(),
    startedBy: text().notNull(),
    finishedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [
    // One at a time.
    uniqueIndex('key_operations_running').on(table.state).where(sql`${table.state} = 'running'`),
    platformPolicy('key_operations'),
  ],
);

/** Uses of an organization's data key, counted by minute. The organization adds and reads; only time takes away. */
export const keyUses = pgTable(
  'key_uses',
  {
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    minute: at().notNull(),
    purpose: text().$type<KeyUse>().notNull(),
    subject: text().notNull(),
    actor: text().notNull(),
    uses: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.minute, table.purpose, table.subject, table.actor] }),
    index('key_uses_minute').on(table.minute),
    ...(['select', 'insert', 'update'] as const).map((command) =>
      pgPolicy(`key_uses_tenant_${command}`, {
        for: command,
        to: tenantRole,
        ...(command === 'insert' ? {} : { using: sql`${table.orgId} = ${currentOrg}` }),
        ...(command === 'select' ? {} : { withCheck: sql`${table.orgId} = ${currentOrg}` }),
      }),
    ),
    platformPolicy('key_uses'),
  ],
);
