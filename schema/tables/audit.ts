/** What happened: rows are added and read, never changed (the application's roles lack the right). */
import { sql } from 'drizzle-orm';
import { bigserial, index, integer, pgPolicy, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt } from './columns.ts';
import { currentOrg, platformPolicy, tenantRole } from './policies.ts';

export const audit = pgTable(
  'audit',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: createdAt(),
    /** Null for what concerns the platform only. */
    orgId: uuid(),
    /** `user:<id>`, `node:<id>` or `anonymous` */
    actor: text().notNull(),
    action: text().notNull(),
    subject: text(),
    reason: text(),
    generation: integer(),
    requestId: text().notNull(),
  },
  (table) => [
    index('audit_org').on(table.orgId, table.id),
    pgPolicy('audit_tenant', {
      to: tenantRole,
      using: sql`${table.orgId} = ${currentOrg}`,
      withCheck: sql`${table.orgId} = ${currentOrg}`,
    }),
    platformPolicy('audit'),
  ],
);
