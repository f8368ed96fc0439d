/** Who asked to reach what, why and for how long, and what was decided. */
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { RequestState } from '../access-request.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { tenantPolicies } from './policies.ts';
import { resources } from './resources.ts';

export const accessRequests = pgTable(
  'access_requests',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    resourceId: uuid()
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    userId: uuid().notNull(),
    reason: text().notNull(),
    seconds: integer().notNull(),
    state: text().$type<RequestState>().notNull().default('pending'),
    /** Null where the rule decided. */
    decidedBy: uuid(),
    decidedAt: at(),
    note: text(),
    /** What approval gave. */
    grantId: uuid(),
    createdAt: createdAt(),
    /** While pending: until when it may be decided. Approved: until when the access lasts. */
    expiresAt: at().notNull(),
  },
  (table) => [
    index('access_requests_newest').on(table.orgId, table.createdAt.desc()),
    ...tenantPolicies('access_requests', table.orgId),
  ],
);
