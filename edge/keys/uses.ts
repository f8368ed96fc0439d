/**
 * Tells an organization of each use of its data key, in the transaction that uses it: who, for what, on what, in which minute, how often; never what was sealed. So that many uses can't flood it, they are
 * counted by minute, purpose, subject and actor, and a minute has at most a thousand such lines: what comes after is counted without its subject.
 */
import { and, count, desc, eq, lt, sql } from 'drizzle-orm';
import type { KeyUse } from '../../schema/api/keys.ts';
import type { OrgId } from '../../schema/ids.ts';
import { keyUses } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';

export const LINES_PER_MINUTE = 1_000;
export const ANY_SUBJECT = '*';

export interface UseOfKey {
  readonly org: OrgId;
  readonly purpose: KeyUse;
  /** The id of what is sealed or opened. */
  readonly subject: string;
  /** As in the audit trail; which node it was is not told. */
  readonly actor: string;
  readonly uses?: number;
}

const THIS_MINUTE = sql`date_trunc('minute', now())`;

export async function recordKeyUse(tx: Tx, use: UseOfKey): Promise<void> {
  const inMinute = and(eq(keyUses.orgId, use.org), eq(keyUses.minute, THIS_MINUTE));
  const [lines] = await tx.select({ count: count() }).from(keyUses).where(inMinute);
  const isFull = (lines?.count ?? 0) >= LINES_PER_MINUTE;
  const subject = isFull ? ANY_SUBJECT : use.subject;
  const actor = use.actor.startsWith('node:') ? 'node' : use.actor;
  const uses = use.uses ?? 1;
  await tx
    .insert(keyUses)
    .values({ orgId: use.org, minute: THIS_MINUTE, purpose: use.purpose, subject, actor, uses })
    .onConflictDoUpdate({
      target: [keyUses.orgId, keyUses.minute, keyUses.purpose, keyUses.subject, keyUses.actor],
      set: { uses: sql`${keyUses.uses} + ${uses}` },
    });
}

/** Newest first. In a transaction of the organization. */
export async function listKeyUses(
  tx: Tx,
  org: OrgId,
  page: { before?: string | undefined; offset: number; limit: number },
) {
  const before = page.before === undefined ? undefined : lt(keyUses.minute, new Date(page.before));
  return tx
    .select()
    .from(keyUses)
    .where(and(eq(keyUses.orgId, org), before))
    .orderBy(desc(keyUses.minute), keyUses.purpose, keyUses.subject, keyUses.actor)
    .offset(page.offset)
    .limit(page.limit);
}
