/** Recordings of sessions: what is known of them. What they hold is in the object store, sealed; these rows outlive session and resource. */
import { bigint, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { RecordingState } from '../recording.ts';
import { at, createdAt, id } from './columns.ts';
import { organizations } from './people.ts';
import { tenantPolicies } from './policies.ts';

export const recordings = pgTable(
  'recordings',
  {
    id: id(),
    orgId: uuid()
      .notNull()
      .references(() => organizations.id),
    sessionId: uuid().notNull(),
    resourceId: uuid().notNull(),
    resourceName: text().notNull(),
    /** Whose session it was. */
    holderId: uuid().notNull(),
    nodeId: uuid().notNull(),
    state: text().$type<RecordingState>().notNull().default('recording'),
    /** Raw X25519, base64url: what its data key is sealed to. */
    publicKey: text().notNull(),
    /** Its other half, sealed under the organization's data key. */
    sealedPrivateKey: text().notNull(),
    /** The data key, as the service node sealed it; with the first part. */
    wrappedKey: text(),
    parts: integer().notNull().default(0),
    bytes: bigint({ mode: 'number' }).notNull().default(0),
    createdAt: createdAt(),
    endedAt: at(),
    keepUntil: at().notNull(),
  },
  (table) => [
    index('recordings_newest').on(table.orgId, table.createdAt.desc(), table.id.desc()),
    index('recordings_session').on(table.sessionId),
    index('recordings_keep').on(table.keepUntil),
    ...tenantPolicies('recordings', table.orgId),
  ],
);
