/**
 * Whether a sign-in still lives. An access token is good for ten minutes; one whose sign-in has ended is refused at once by the process
 * that ended it and within ten seconds by every other.
 */
import { and, eq, isNull } from 'drizzle-orm';
import { Refusal } from '../../schema/refusal.ts';
import { signIns } from '../../schema/tables/index.ts';
import { BoundedCache } from '../bounded-cache.ts';
import type { Services } from '../services.ts';

const REMEMBERED_MS = 10_000;
const seenAlive = new BoundedCache<true>(10_000);

export function forgetLive(signIn: string): void {
  seenAlive.delete(signIn);
}

/** @throws Refusal `token_invalid` */
export async function requireLive({ db, now }: Services, signIn: string): Promise<void> {
  if (seenAlive.get(signIn, now())) return;
  const [row] = await db.platform((tx) =>
    tx
      .select({ id: signIns.id })
      .from(signIns)
      .where(and(eq(signIns.id, signIn), isNull(signIns.endedAt))),
  );
  if (!row) throw new Refusal('token_invalid', 'this sign-in has ended: sign in again');
  seenAlive.set(signIn, true, now() + REMEMBERED_MS);
}
