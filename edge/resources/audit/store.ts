/** The audit trail's rows: pages of them, and all of them a page at a time. */
import { and, asc, desc, eq, gt, gte, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { AuditFilter } from '../../../schema/api/audit.ts';
import { type AuditEntry, FIRST_PREV, PLATFORM_CHAIN } from '../../../schema/audit.ts';
import { audit, chains, checkpoints } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';

const ofChain = (chain: string) => (chain === PLATFORM_CHAIN ? isNull(audit.orgId) : eq(audit.orgId, chain));

/** So that `%` and `_` in what is searched are themselves. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');

function matching({ actor, action, subject, text, since, until }: AuditFilter): SQL | undefined {
  const found = text === undefined ? undefined : `%${literal(text)}%`;
  return and(
    actor === undefined ? undefined : eq(audit.actor, actor),
    action === undefined ? undefined : sql`${audit.action} like ${`${literal(action)}%`}`,
    subject === undefined ? undefined : eq(audit.subject, subject),
    since === undefined ? undefined : gte(audit.at, new Date(since)),
    until === undefined ? undefined : lte(audit.at, new Date(until)),
    found === undefined
      ? undefined
      : or(...[audit.subject, audit.reason, audit.detail].map((column) => sql`${column} ilike ${found}`)),
  );
}

export async function auditPage(
  tx: Tx,
  chain: string,
  filter: AuditFilter,
  page: { before: number; limit: number },
): Promise<AuditEntry[]> {
  const rows = await tx
    .select()
    .from(audit)
    .where(and(ofChain(chain), lt(audit.seq, page.before), matching(filter)))
    .orderBy(desc(audit.seq))
    .limit(page.limit);
  return rows.map(entryOf);
}

/** Oldest first, from after `after` up to and with `upTo`. */
export async function auditAfter(
  tx: Tx,
  chain: string,
  filter: AuditFilter,
  page: { after: number; upTo: number; limit: number },
): Promise<AuditEntry[]> {
  const rows = await tx
    .select()
    .from(audit)
    .where(and(ofChain(chain), gt(audit.seq, page.after), lte(audit.seq, page.upTo), matching(filter)))
    .orderBy(asc(audit.seq))
    .limit(page.limit);
  return rows.map(entryOf);
}

export async function headOf(tx: Tx, chain: string) {
  const [row] = await tx.select().from(chains).where(eq(chains.chain, chain));
  return {
    seq: row?.auditSeq ?? 0,
    hash: row?.auditHash ?? FIRST_PREV,
    trimmed: row?.trimmedSeq ?? 0,
    days: row?.retentionDays ?? null,
  };
}

export async function checkpointsAfter(
  tx: Tx,
  chain: string,
  page: { after: number; upTo: number; limit: number },
): Promise<{ seq: number; signed: string }[]> {
  return tx
    .select({ seq: checkpoints.seq, signed: checkpoints.signed })
    .from(checkpoints)
    .where(
      and(eq(checkpoints.chain, chain), gt(checkpoints.seq, page.after), lte(checkpoints.seq, page.upTo)),
    )
    .orderBy(asc(checkpoints.seq))
    .limit(page.limit);
}

function entryOf(row: typeof audit.$inferSelect): AuditEntry {
  const { id: _, orgId: __, at, seq, prev, hash, ...rest } = row;
  return { ...rest, at: at.toISOString(), seq: seq ?? 0, prev: prev ?? '', hash: hash ?? '' };
}

export async function setRetention(tx: Tx, chain: string, days: number | null): Promise<void> {
  await tx.update(chains).set({ retentionDays: days }).where(eq(chains.chain, chain));
}
