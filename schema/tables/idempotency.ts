/** Calls that came with an idempotency key, and what they were answered: kept for a day. Platform scope: no organization sees these. */
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, createdAt } from './columns.ts';
import { platformPolicy } from './policies.ts';

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** Who called; another caller's same key is another key. */
    caller: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of method, address and body, base64url. */
    request: text().notNull(),
    /** The answer, sealed by the platform (edge/keys/envelope.ts): it may hold a token that is shown once. Set in the transaction that did the work. */
    answer: text(),
    createdAt: createdAt(),
    expiresAt: at().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.caller, table.key] }),
    index('idempotency_keys_expiry').on(table.expiresAt),
    platformPolicy('idempotency_keys'),
  ],
);
