/** The outbox: what happened, for whoever watches. Added in the transaction it tells of; numbered per organization when that commits, so a reader misses nothing. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EventData, EventType } from '../events.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { auditorPolicy, currentOrg, platformPolicy, tenantPolicies, tenantRole } from './policies.ts';

export const events = pgTable(
  'events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    /** The organization, or the nil UUID for the platform. */
    chain: uuid().notNull(),
    seq: bigint({ mode: 'number' }),
    type: text().$type<EventType>().notNull(),
    actor: text().notNull(),
    subject: text(),
    /** The person it concerns, who may see it without the right to read the audit trail. */
    about: uuid(),
    data: jsonb().$type<EventData>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('events_place').on(table.chain, table.seq),
    index('events_age').on(table.createdAt),
    pgPolicy('events_tenant', {
      to: tenantRole,
      using: sql`${table.chain} = ${currentOrg}`,
      withCheck: sql`${table.chain} = ${currentOrg}`,
    }),
    platformPolicy('events'),
    auditorPolicy('events'),
  ],
);

/** How far a chain's events were handed on. One row is locked by whoever hands on, so order holds per organization. */
export const outboxCursors = pgTable(
  'outbox_cursors',
  {
    chain: uuid().primaryKey(),
    seq: bigint({ mode: 'number' }).notNull().default(0),
    attempts: integer().notNull().default(0),
    nextAt: at().notNull().defaultNow(),
  },
  () => [platformPolicy('outbox_cursors'), auditorPolicy('outbox_cursors')],
);

/** Events that could not be handed on, and why. */
export const deadEvents = pgTable(
  'dead_events',
  {
    chain: uuid().notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    attempts: integer().notNull(),
    reason: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('dead_events_place').on(table.chain, table.seq), platformPolicy('dead_events')],
);

export const webhooks = pgTable(
  'webhooks',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    url: text().notNull(),
    /** Empty for all. */
    types: text().array().$type<EventType[]>().notNull(),
    /** Signing secret under the organization's data key. */
    sealed: text().notNull(),
    enabled: boolean().notNull().default(true),
    /** Set while every delivery fails, since the first of them. */
    failingSince: at(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('webhooks_name').on(table.orgId, table.name),
    ...tenantPolicies('webhooks', table.orgId),
  ],
);

export type DeliveryState = 'pending' | 'delivered' | 'dead';

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    webhookId: uuid()
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    eventSeq: bigint({ mode: 'number' }).notNull(),
    type: text().$type<EventType>().notNull(),
    /** The body as it is sent and signed. */
    body: text().notNull(),
    state: text().$type<DeliveryState>().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    nextAt: at().notNull().defaultNow(),
    /** What the receiver last answered. */
    status: integer(),
    answer: text(),
    error: text(),
    deliveredAt: at(),
    createdAt: createdAt(),
  },
  (table) => [
    index('webhook_deliveries_due').on(table.state, table.nextAt),
    index('webhook_deliveries_log').on(table.webhookId, table.createdAt),
    // The same event is handed to one webhook once, however often handing on is tried.
    uniqueIndex('webhook_deliveries_once').on(table.webhookId, table.eventSeq),
    ...tenantPolicies('webhook_deliveries', table.orgId),
  ],
);
