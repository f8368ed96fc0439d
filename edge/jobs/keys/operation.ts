/** An operation on keys as its job sees it: one at a time, and each step of it kept in the transaction that did it, so that it goes on where it was killed. */
import { and, eq, sql } from 'drizzle-orm';
import { keyOperations } from '../../../schema/tables/index.ts';
import type { KeyOperationPlace } from '../../../schema/tables/keys.ts';
import { record } from '../../audit.ts';
import type { Tx } from '../../db.ts';
import type { Services } from '../../services.ts';

export type KeyOperation = typeof keyOperations.$inferSelect;

export const NIL = '00000000-0000-0000-0000-000000000000';
/** Rows at a time. */
export const BATCH = 50;
/** A pass that finds something is followed by another; after so many somebody still seals with an old key. */
export const MAX_PASSES = 10;

export interface Progress {
  readonly looked?: number;
  readonly moved?: number;
}

/** It was cancelled meanwhile: what the transaction did is undone. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning';
}
/** It can not go on, ever. */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

export async function running({ db }: Services): Promise<KeyOperation | undefined> {
  const [row] = await db.platform((tx) =>
    tx.select().from(keyOperations).where(eq(keyOperations.state, 'running')).limit(1),
  );
  return row;
}

/** Keeps where it has come to. @throws NotRunning */
export async function advance(
  tx: Tx,
  operation: KeyOperation,
  place: KeyOperationPlace,
  { looked = 0, moved = 0 }: Progress = {},
): Promise<void> {
  const kept = await tx
    .update(keyOperations)
    .set({
      place,
      error: null,
      looked: sql`${keyOperations.looked} + ${looked}`,
      moved: sql`${keyOperations.moved} + ${moved}`,
    })
    .where(and(eq(keyOperations.id, operation.id), eq(keyOperations.state, 'running')))
    .returning({ id: keyOperations.id });
  if (kept.length === 0) throw new NotRunning();
}

export async function finish(
  { db, now }: Services,
  operation: KeyOperation,
  state: 'done' | 'failed',
  error: string | null = null,
): Promise<void> {
  await db.platform(async (tx) => {
    const ended = await tx
      .update(keyOperations)
      .set({ state, error, finishedAt: new Date(now()) })
      .where(and(eq(keyOperations.id, operation.id), eq(keyOperations.state, 'running')))
      .returning({ id: keyOperations.id });
    if (ended.length === 0) return;
    const action = `keys.${operation.kind}.${state}`;
    await record(tx, { org: null, actor: 'system', action, subject: operation.id, requestId: 'job:keys' });
  });
}

/** Said where it can be read, while it tries again. */
export async function note({ db }: Services, operation: KeyOperation, error: string): Promise<void> {
  await db.platform((tx) =>
    tx
      .update(keyOperations)
      .set({ error })
      .where(and(eq(keyOperations.id, operation.id), eq(keyOperations.state, 'running'))),
  );
}
