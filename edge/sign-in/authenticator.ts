/** A person's authenticator app: its secret sealed, its codes good once. */
import { and, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import type { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { textOctets } from '../../schema/sign-in/octets.ts';
import { authenticators } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { newTotpSecret, totpStep } from './totp.ts';

export const authenticatorPlace = (user: string) => `user:${user}:authenticator`;

/** @returns the secret of an app that counts once it was confirmed. @throws Refusal `conflict` when one is confirmed already */
export async function newAuthenticator(tx: Tx, { master }: Services, user: UserId): Promise<string> {
  const secret = newTotpSecret();
  const sealedSecret = await master.seal(textOctets(secret), authenticatorPlace(user));
  await tx
    .delete(authenticators)
    .where(and(eq(authenticators.userId, user), isNull(authenticators.confirmedAt)));
  const added = await tx
    .insert(authenticators)
    .values({ userId: user, sealedSecret })
    .onConflictDoNothing()
    .returning({ user: authenticators.userId });
  if (added.length === 0) throw new Refusal('conflict', 'there is an authenticator already: remove it first');
  return secret;
}

/** Takes a code of an app that is confirmed, or is to be, and uses it up. */
export async function useCode(
  tx: Tx,
  { master, now }: Services,
  user: UserId,
  code: string,
  confirmed: boolean,
): Promise<boolean> {
  const state = confirmed ? isNotNull(authenticators.confirmedAt) : isNull(authenticators.confirmedAt);
  const [row] = await tx
    .select()
    .from(authenticators)
    .where(and(eq(authenticators.userId, user), state));
  if (!row) return false;
  const secret = new TextDecoder().decode(await master.open(row.sealedSecret, authenticatorPlace(user)));
  const step = totpStep(secret, code, now(), row.lastStep);
  if (step === undefined) return false;
  const taken = await tx
    .update(authenticators)
    .set({ lastStep: step, confirmedAt: row.confirmedAt ?? new Date(now()) })
    .where(and(eq(authenticators.userId, user), lt(authenticators.lastStep, step)))
    .returning({ user: authenticators.userId });
  return taken.length === 1;
}
