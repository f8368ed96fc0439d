/** Background jobs: who runs each now, when it ran last and how that went. */
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, createdAt } from './columns.ts';
import { platformPolicy } from './policies.ts';

export const jobs = pgTable(
  'jobs',
  {
    name: text().primaryKey(),
    nextAt: at().notNull().defaultNow(),
    /** Held by one runner until then; one that died loses it by itself. */
    lease: uuid(),
    leasedUntil: at(),
    startedAt: at(),
    finishedAt: at(),
    durationMs: integer(),
    done: integer().notNull().default(0),
    runs: integer().notNull().default(0),
    failures: integer().notNull().default(0),
    error: text(),
    createdAt: createdAt(),
  },
  (table) => [index('jobs_due').on(table.nextAt), platformPolicy('jobs')],
);
