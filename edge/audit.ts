/** Adds one row to the audit trail, in the same transaction as what it tells of. */
import type { OrgId } from '../schema/ids.ts';
import { audit } from '../schema/tables/index.ts';
import type { Tx } from './db.ts';

export interface AuditEntry {
  readonly org: OrgId | null;
  readonly actor: `user:${string}` | `service-account:${string}` | `node:${string}` | 'anonymous';
  readonly action: string;
  readonly subject?: string;
  readonly reason?: string;
  readonly generation?: number;
  readonly requestId: string;
}

export async function record(tx: Tx, { org, ...entry }: AuditEntry): Promise<void> {
  await tx.insert(audit).values({ orgId: org, ...entry });
}
