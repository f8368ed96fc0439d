/** The second factors that a person has, and whether what they show is one of them. */
import { and, count, eq, isNotNull } from 'drizzle-orm';
import type { SecondFactor, SecondFactorProof, SignInEvidence } from '../../schema/api/sign-in.ts';
import type { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { authenticators, passkeys, recoveryCodes } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { useCode } from './authenticator.ts';
import { checkPasskey } from './passkeys.ts';
import { useRecoveryCode } from './recovery-codes.ts';

/** Six digits are few: this many tries in five minutes. */
const TRIES = { name: 'second-factor', max: 5, windowS: 300 };

export async function secondFactorsOf(tx: Tx, user: UserId): Promise<SecondFactor[]> {
  const [app] = await tx
    .select({ count: count() })
    .from(authenticators)
    .where(and(eq(authenticators.userId, user), isNotNull(authenticators.confirmedAt)));
  const [keys] = await tx.select({ count: count() }).from(passkeys).where(eq(passkeys.userId, user));
  const [codes] = await tx
    .select({ count: count() })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.userId, user));
  const has = { totp: app?.count ?? 0, passkey: keys?.count ?? 0 };
  if (has.totp + has.passkey === 0) return [];
  return [
    ...(has.totp > 0 ? (['totp'] as const) : []),
    ...(has.passkey > 0 ? (['passkey'] as const) : []),
    ...((codes?.count ?? 0) > 0 ? (['recovery'] as const) : []),
  ];
}

/** What it shows. @throws Refusal `bad_credentials` or `rate_limited` */
export async function checkSecondFactor(
  services: Services,
  user: UserId,
  proof: SecondFactorProof,
): Promise<SignInEvidence> {
  const { db, limits } = services;
  await limits.attempt(TRIES, user);
  switch (proof.type) {
    case 'totp':
      if (await db.platform((tx) => useCode(tx, services, user, proof.code, true))) return 'otp';
      throw new Refusal('bad_credentials', 'this code is wrong, too old, or was used before');
    case 'recovery':
      if (await db.platform((tx) => useRecoveryCode(tx, services, user, proof.code))) return 'rcv';
      throw new Refusal('bad_credentials', 'this recovery code is wrong or was used before');
    case 'passkey':
      if ((await checkPasskey(services, proof.attempt, proof.response)) === user) return 'hwk';
      throw new Refusal('bad_credentials', 'this passkey belongs to somebody else');
  }
}
