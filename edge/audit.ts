/** Adds one row to the audit trail, in the same transaction as what it tells of; and the event, where the action is in the catalogue. */
import canonicalize from 'canonicalize';
import { PLATFORM_CHAIN } from '../schema/audit.ts';
import { EventType } from '../schema/events.ts';
import type { OrgId } from '../schema/ids.ts';
import type { Secret } from '../schema/secret.ts';
import { audit } from '../schema/tables/index.ts';
import type { Tx } from './db.ts';
import { emit } from './events/emit.ts';
import { originOf } from './origin.ts';

/** JSON, in which what must not be read is a `Secret` and comes out as `***`. */
export type Detail =
  | string
  | number
  | boolean
  | null
  | Secret
  | readonly Detail[]
  | { readonly [name: string]: Detail };

export interface AuditEntry {
  readonly org: OrgId | null;
  readonly actor: `user:${string}` | `service-account:${string}` | `node:${string}` | 'anonymous' | 'system';
  readonly action: string;
  readonly subject?: string;
  readonly reason?: string;
  readonly generation?: number;
  readonly requestId: string;
  readonly detail?: { readonly [name: string]: Detail };
  /** The person it concerns, where that is not who did it. */
  readonly about?: string;
}

export async function record(tx: Tx, { org, detail, about, ...entry }: AuditEntry): Promise<void> {
  // Which node it was is the platform's to know: an organization's trail says only that one did it.
  const actor = org !== null && entry.actor.startsWith('node:') ? 'node' : entry.actor;
  const text = detail === undefined ? null : (canonicalize(JSON.parse(JSON.stringify(detail))) ?? null);
  await tx.insert(audit).values({ orgId: org, ...entry, actor, ...originOf(entry.requestId), detail: text });
  const type = EventType.safeParse(entry.action);
  if (!type.success) return;
  const { subject = null, reason, generation } = entry;
  const person = about ?? (actor.startsWith('user:') ? actor.slice('user:'.length) : null);
  const data = {
    ...(reason === undefined ? {} : { reason }),
    ...(generation === undefined ? {} : { generation }),
  };
  await emit(tx, { chain: org ?? PLATFORM_CHAIN, type: type.data, actor, subject, about: person, data });
}
