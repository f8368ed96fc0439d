/** Who changes something in an organization, when, and by which request: what its audit entries need. */
import type { Context } from 'hono';
import type { OrgId } from '../schema/ids.ts';
import { type AuditEntry, record } from './audit.ts';
import { actorOf } from './caller.ts';
import type { Tx } from './db.ts';
import type { AppBindings } from './services.ts';

export interface Act {
  readonly org: OrgId;
  readonly actor: AuditEntry['actor'];
  readonly requestId: string;
  readonly now: Date;
}

export function actOf(c: Context<AppBindings>, org: OrgId): Act {
  const { now } = c.get('services');
  return { org, actor: actorOf(c.get('caller')), requestId: c.get('requestId'), now: new Date(now()) };
}

/** The audit entry of an act, in the transaction that does it. */
export function recordAct(
  tx: Tx,
  { org, actor, requestId }: Act,
  action: string,
  subject: string,
  more: Pick<AuditEntry, 'reason' | 'generation' | 'about'> = {},
): Promise<void> {
  return record(tx, { org, actor, action, subject, ...more, requestId });
}
