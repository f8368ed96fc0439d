/** Sessions and their attachments: the authority on who uses what, where. */
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { SessionState } from '../session.ts';
import type { AttachmentRole } from '../session-policy.ts';
import { nodes } from './clusters.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { tenantPolicies } from './policies.ts';
import { resources } from './resources.ts';

export const sessions = pgTable(
  'sessions',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    resourceId: uuid()
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    /** Whose it is: a person, or a service account of the organization. */
    userId: uuid().notNull(),
    nodeId: uuid()
      .notNull()
      .references(() => nodes.id),
    state: text().$type<SessionState>().notNull().default('requested'),
    generation: integer().notNull().default(1),
    reason: text(),
    /** Who was last known to be in control, and the node's count of who came and left: an older word changes nothing. */
    controllerId: uuid(),
    controlNumber: integer().notNull().default(0),
    createdAt: createdAt(),
    changedAt: createdAt(),
  },
  (table) => [
    index('sessions_user').on(table.orgId, table.userId, table.state),
    index('sessions_node').on(table.nodeId, table.state),
    index('sessions_newest').on(table.orgId, table.createdAt.desc(), table.id.desc()),
    ...tenantPolicies('sessions', table.orgId),
  ],
);

export const attachments = pgTable(
  'attachments',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    sessionId: uuid()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    /** Whose it is: a person, or a service account of the organization. */
    userId: uuid().notNull(),
    role: text().$type<AttachmentRole>().notNull().default('controller'),
    /** Why, in the words of whoever attached. */
    reason: text(),
    createdAt: createdAt(),
    expiresAt: at().notNull(),
  },
  (table) => [
    index('attachments_session').on(table.sessionId),
    ...tenantPolicies('attachments', table.orgId),
  ],
);
