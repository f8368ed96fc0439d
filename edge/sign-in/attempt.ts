/** What the server remembers between two calls of one proof: sealed, gone after a minute (or five, where a person must fetch something), taken out by its one use. */
import { and, eq, gt, inArray, lt } from 'drizzle-orm';
import type { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';
import { signInAttempts } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';

/** What an attempt is for: one kind never passes for another. */
export type AttemptKind = 'srp' | 'passkey' | 'passkey-register' | 'second-factor';

const LIFETIME_MS: Record<AttemptKind, number> = {
  srp: 60_000,
  passkey: 120_000,
  'passkey-register': 300_000,
  'second-factor': 300_000,
};
/** Old ones leave when new ones come, so that the table stays small without a job. */
const SWEPT = 50;

const place = (kind: AttemptKind, id: string) => `attempt:${kind}:${id}`;

export interface Desk {
  readonly tx: Tx;
  readonly master: Sealer;
  readonly now: number;
}

export async function openAttempt(
  { tx, master, now }: Desk,
  kind: AttemptKind,
  state: object,
  id: string = crypto.randomUUID(),
): Promise<string> {
  const stale = tx
    .select({ id: signInAttempts.id })
    .from(signInAttempts)
    .where(lt(signInAttempts.expiresAt, new Date(now)))
    .limit(SWEPT)
    .for('update', { skipLocked: true });
  const old = (await stale).map((row) => row.id);
  if (old.length > 0) await tx.delete(signInAttempts).where(inArray(signInAttempts.id, old));
  const sealed = await master.seal(new TextEncoder().encode(JSON.stringify(state)), place(kind, id));
  await tx.insert(signInAttempts).values({ id, sealed, expiresAt: new Date(now + LIFETIME_MS[kind]) });
  return id;
}

/** Looks without taking it out. @throws Refusal `bad_credentials` */
export async function readAttempt<T extends z.ZodType>(
  desk: Desk,
  kind: AttemptKind,
  id: string,
  shape: T,
): Promise<z.infer<T>> {
  const [row] = await desk.tx
    .select({ sealed: signInAttempts.sealed })
    .from(signInAttempts)
    .where(isOpen(id, desk.now));
  return opened(desk, kind, id, row, shape);
}

/** Takes it out. Call it in a transaction of its own or make sure that what follows does not roll back. @throws Refusal `bad_credentials` */
export async function takeAttempt<T extends z.ZodType>(
  desk: Desk,
  kind: AttemptKind,
  id: string,
  shape: T,
): Promise<z.infer<T>> {
  const [row] = await desk.tx
    .delete(signInAttempts)
    .where(isOpen(id, desk.now))
    .returning({ sealed: signInAttempts.sealed });
  return opened(desk, kind, id, row, shape);
}

const isOpen = (id: string, now: number) =>
  and(eq(signInAttempts.id, id), gt(signInAttempts.expiresAt, new Date(now)));

async function opened<T extends z.ZodType>(
  { master }: Desk,
  kind: AttemptKind,
  id: string,
  row: { sealed: string } | undefined,
  shape: T,
): Promise<z.infer<T>> {
  if (!row) throw new Refusal('bad_credentials', 'this took too long, or was tried before: begin again');
  const plain = await master.open(row.sealed, place(kind, id)).catch(() => undefined);
  if (!plain) throw new Refusal('bad_credentials', 'this was begun for something else: begin again');
  return shape.parse(JSON.parse(new TextDecoder().decode(plain)));
}
