/**
 * Whether a sign-in still lives. An access token is good for ten minutes; one whose sign-in has ended is refused at once by the process
 * that ended it and within ten seconds by every other.
 */
import { and, eq, isNull } from 'drizzle-orm';
import { Refusal } from '../../schema/refusal.ts';
import { signIns } from '../../schema/tables/index.ts';
import type { Services } from '../services.ts';

const REMEMBERED_MS = 10_000;
/** When full the oldest is forgotten, which costs one question more. */
const ENTRIES = 10_000;
const seenAlive = new Map<string, number>();

export function forgetLive(signIn: string): void {
  seenAlive.delete(signIn);
}

/** @throws Refusal `token_invalid` */
export async function requireLive({ db, now }: Services, signIn: string): Promise<void> {
  const seen = seenAlive.get(signIn);
  if (seen !== undefined && Math.abs(now() - seen) < REMEMBERED_MS) return;
  const [row] = await db.platform((tx) =>
    tx
      .select({ id: signIns.id })
      .from(signIns)
      .where(and(eq(signIns.id, signIn), isNull(signIns.endedAt))),
  );
  if (!row) throw new Refusal('token_invalid', 'this sign-in has ended: sign in again');
  const [oldest] = seenAlive.keys();
  if (seenAlive.size >= ENTRIES && oldest !== undefined) seenAlive.delete(oldest);
  seenAlive.set(signIn, now());
}
