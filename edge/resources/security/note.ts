/** Audits what a person changed about their own way in. */
import type { Context } from 'hono';
import { record } from '../../audit.ts';
import type { Tx } from '../../db.ts';
import type { AppBindings } from '../../services.ts';

export function note(tx: Tx, c: Context<AppBindings>, action: string, subject?: string): Promise<void> {
  return record(tx, {
    org: null,
    actor: `user:${c.get('caller').user}`,
    action,
    ...(subject === undefined ? {} : { subject }),
    requestId: c.get('requestId'),
  });
}
