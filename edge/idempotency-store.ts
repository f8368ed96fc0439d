/** The rows behind `middleware/idempotent.ts`. */
import { and, eq, sql } from 'drizzle-orm';
import { Refusal } from '../schema/refusal.ts';
import { idempotencyKeys as table } from '../schema/tables/index.ts';
import type { Tx } from './db.ts';

const KEPT_MS = 86_400_000;
/** How long one waits for another that does the same call right now; each holds a connection meanwhile. */
const WAIT_MS = 3_000;
/** Every claim also clears away so many that are over, so that they never pile up. */
const CLEARED = 10;

export interface Claim {
  readonly caller: string;
  readonly key: string;
  readonly request: string;
  readonly now: number;
}

/**
 * Takes the key for this transaction.
 * @returns the sealed answer when the call was done before. @throws Refusal `conflict` when another call had this key
 */
export async function claimKey(tx: Tx, claim: Claim): Promise<string | undefined> {
  const { caller, key, request } = claim;
  const now = new Date(claim.now);
  const fresh = { request, answer: null, createdAt: now, expiresAt: new Date(claim.now + KEPT_MS) };
  await tx.execute(sql`select set_config('lock_timeout', ${String(WAIT_MS)}, true)`);
  const [mine] = await tx
    .insert(table)
    .values({ caller, key, ...fresh })
    .onConflictDoUpdate({
      target: [table.caller, table.key],
      set: fresh,
      setWhere: sql`${table.expiresAt} <= ${now.toISOString()}`,
    })
    .returning({ key: table.key });
  await tx.execute(sql`select set_config('lock_timeout', '0', true)`);
  if (mine) {
    await clearOld(tx, now);
    return undefined;
  }
  const [known] = await tx.select().from(table).where(one(claim));
  if (known?.request !== request || known.answer === null)
    throw new Refusal('conflict', 'this idempotency key belongs to another call: use a new one');
  return known.answer;
}

export async function keepAnswer(tx: Tx, claim: Claim, answer: string): Promise<void> {
  await tx.update(table).set({ answer }).where(one(claim));
}

const one = ({ caller, key }: Claim) => and(eq(table.caller, caller), eq(table.key, key));

async function clearOld(tx: Tx, now: Date): Promise<void> {
  await tx.execute(sql`
    delete from ${table} where ctid in (
      select ctid from ${table} where expires_at <= ${now.toISOString()} limit ${CLEARED} for update skip locked)`);
}
