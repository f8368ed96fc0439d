/**
 * Passwords, of which the server knows nothing: SRP-6a over a verifier. An account that is not there answers as one that is: a salt that
 * stays the same, a B like any other, the same work.
 */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { fromText, isSame, type Octets, ofNumber, toNumber, toText } from '../../schema/sign-in/octets.ts';
import {
  newEphemeral,
  proofs,
  publicNumber,
  SRP,
  serverPublic,
  serverSecret,
} from '../../schema/sign-in/srp.ts';
import { type Enrolled, normalEmail } from '../../schema/sign-in/two-secret.ts';
import { users, verifiers } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { derivationRoot } from '../keys/derivation-root.ts';
import { derivedOctets } from '../keys/derived.ts';
import type { Sealer } from '../keys/envelope.ts';
import type { Services } from '../services.ts';
import { openAttempt, takeAttempt } from './attempt.ts';

const SALT_OCTETS = 16;
export const verifierPlace = (user: string) => `user:${user}:verifier`;

/** Replaces what there was. */
export async function saveVerifier(tx: Tx, master: Sealer, user: UserId, enrolled: Enrolled): Promise<void> {
  if (publicNumber(SRP, enrolled.verifier) === undefined)
    throw new Refusal('bad_request', 'the verifier is no number of the group');
  const sealedVerifier = await master.seal(fromText(enrolled.verifier), verifierPlace(user));
  const row = { salt: enrolled.salt, sealedVerifier };
  await tx
    .insert(verifiers)
    .values({ userId: user, ...row })
    .onConflictDoUpdate({ target: verifiers.userId, set: row });
}

export async function hasPassword(tx: Tx, user: UserId): Promise<boolean> {
  const found = await tx.select({ user: verifiers.userId }).from(verifiers).where(eq(verifiers.userId, user));
  return found.length === 1;
}

interface Known {
  readonly user: UserId | null;
  readonly salt: Octets;
  readonly verifier: bigint;
}

async function lookUp(tx: Tx, { master, env }: Services, email: string): Promise<Known> {
  const length = SALT_OCTETS + SRP.group.length;
  const invented = await derivedOctets(
    await derivationRoot(tx, master, env),
    'unknown accounts',
    email,
    length,
  );
  const [row] = await tx
    .select({ user: users.id, salt: verifiers.salt, sealed: verifiers.sealedVerifier })
    .from(users)
    .innerJoin(verifiers, eq(verifiers.userId, users.id))
    .where(eq(users.email, email));
  if (!row)
    return {
      user: null,
      salt: invented.slice(0, SALT_OCTETS),
      verifier: toNumber(invented.subarray(SALT_OCTETS)) % SRP.group.prime,
    };
  const user = UserId.parse(row.user);
  return {
    user,
    salt: fromText(row.salt),
    verifier: toNumber(await master.open(row.sealed, verifierPlace(user))),
  };
}

const Pending = z.object({
  email: z.string(),
  user: UserId.nullable(),
  salt: z.string(),
  verifier: z.string(),
  A: z.string(),
  B: z.string(),
  b: z.string(),
});

/** @throws Refusal `bad_request` for an A that would give the secret away */
export async function startPassword(services: Services, typed: string, A: string) {
  if (publicNumber(SRP, A) === undefined) throw new Refusal('bad_request', 'A is no number of the group');
  const email = normalEmail(typed);
  const { length } = SRP.group;
  return services.db.platform(async (tx) => {
    const known = await lookUp(tx, services, email);
    const b = newEphemeral();
    const B = toText(ofNumber(await serverPublic(SRP, known.verifier, b), length));
    const salt = toText(known.salt);
    const state: z.infer<typeof Pending> = {
      email,
      user: known.user,
      salt,
      verifier: toText(ofNumber(known.verifier, length)),
      A,
      B,
      b: toText(ofNumber(b, 32)),
    };
    const desk = { tx, master: services.master, now: services.now() };
    return { attempt: await openAttempt(desk, 'srp', state), salt, B };
  });
}

export type PasswordOutcome =
  | { readonly email: string; readonly user: UserId; readonly serverProof: string }
  | { readonly email: string; readonly user: null };

/** Whose password it was; each attempt is good for one try. @throws Refusal `bad_credentials` when there is no such attempt */
export async function checkPassword(
  services: Services,
  attempt: string,
  proof: string,
): Promise<PasswordOutcome> {
  const now = services.now();
  const pending = await services.db.platform((tx) =>
    takeAttempt({ tx, master: services.master, now }, 'srp', attempt, Pending),
  );
  const number = (text: string) => toNumber(fromText(text));
  const [A, B] = [number(pending.A), number(pending.B)];
  const secret = await serverSecret(SRP, number(pending.verifier), number(pending.b), A, B);
  const { email } = pending;
  const right = await proofs(SRP, { identity: email, salt: fromText(pending.salt), A, B, secret });
  const genuine = isSame(right.client, fromText(proof));
  if (!genuine || pending.user === null) return { email, user: null };
  return { email, user: pending.user, serverProof: toText(right.server) };
}
