/** Passkeys (WebAuthn level 3), checked by `@simplewebauthn/server`: nothing else here knows that library. */
import 'reflect-metadata';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { PasskeyAssertion, PasskeyRegistration } from '../../schema/api/sign-in.ts';
import { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { fromText, textOctets, toText } from '../../schema/sign-in/octets.ts';
import { passkeys } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Env } from '../env.ts';
import type { Services } from '../services.ts';
import { openAttempt, takeAttempt } from './attempt.ts';

/** A passkey belongs to the console's host name; on another name it does not even show itself. */
function relyingParty(env: Env): { id: string; origin: string } {
  const { hostname, origin } = new URL(env.FABRIC_PUBLIC_URL);
  return { id: hostname, origin };
}

const Challenge = z.object({ challenge: z.string(), user: UserId.nullable() });
const desk = (tx: Tx, { master, now }: Services) => ({ tx, master, now: now() });

export async function startRegistration(
  tx: Tx,
  services: Services,
  user: { id: UserId; email: string; name: string },
) {
  const known = await tx
    .select({ id: passkeys.credentialId })
    .from(passkeys)
    .where(eq(passkeys.userId, user.id));
  const options = await generateRegistrationOptions({
    rpName: 'Secure Access Fabric',
    rpID: relyingParty(services.env).id,
    userID: textOctets(user.id),
    userName: user.email,
    userDisplayName: user.name,
    attestationType: 'none',
    excludeCredentials: known,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  const state = { challenge: options.challenge, user: user.id };
  return { attempt: await openAttempt(desk(tx, services), 'passkey-register', state), options };
}

/** @throws Refusal `proof_invalid` */
export async function finishRegistration(
  tx: Tx,
  services: Services,
  user: UserId,
  { attempt, name, response }: { attempt: string; name: string; response: PasskeyRegistration },
): Promise<string> {
  const pending = await takeAttempt(desk(tx, services), 'passkey-register', attempt, Challenge);
  if (pending.user !== user) throw new Refusal('proof_invalid');
  const { id, origin } = relyingParty(services.env);
  const { authenticatorAttachment: _, ...rest } = response;
  const { clientDataJSON, attestationObject, transports } = response.response;
  const checked = await verifyRegistrationResponse({
    response: { ...rest, response: { clientDataJSON, attestationObject } },
    expectedChallenge: pending.challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
  }).catch((cause: unknown) => {
    throw new Refusal('proof_invalid', 'this passkey did not prove itself', { cause });
  });
  if (!checked.verified) throw new Refusal('proof_invalid');
  const { credential } = checked.registrationInfo;
  const [row] = await tx
    .insert(passkeys)
    .values({
      userId: user,
      credentialId: credential.id,
      publicKey: toText(credential.publicKey),
      counter: credential.counter,
      transports,
      name,
    })
    .returning({ id: passkeys.id });
  if (!row) throw new Error('nothing was inserted');
  return row.id;
}

/** @param user null: whoever's passkey it turns out to be */
export async function startPasskey(tx: Tx, services: Services, user: UserId | null) {
  const allowed = user
    ? await tx.select({ id: passkeys.credentialId }).from(passkeys).where(eq(passkeys.userId, user))
    : [];
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(services.env).id,
    userVerification: 'required',
    ...(user ? { allowCredentials: allowed } : {}),
  });
  const state = { challenge: options.challenge, user };
  return { attempt: await openAttempt(desk(tx, services), 'passkey', state), options };
}

/** Whose passkey it is. The challenge is used up whatever comes of it. @throws Refusal `bad_credentials` */
export async function checkPasskey(
  services: Services,
  attempt: string,
  response: PasskeyAssertion,
): Promise<UserId> {
  const pending = await services.db.platform((tx) =>
    takeAttempt(desk(tx, services), 'passkey', attempt, Challenge),
  );
  return services.db.platform(async (tx) => {
    const [row] = await tx
      .select()
      .from(passkeys)
      .where(eq(passkeys.credentialId, response.id))
      .for('update');
    if (!row || (pending.user !== null && pending.user !== row.userId))
      throw new Refusal('bad_credentials', 'this passkey is not known here');
    const { id, origin } = relyingParty(services.env);
    const { clientDataJSON, authenticatorData, signature } = response.response;
    const checked = await verifyAuthenticationResponse({
      response: {
        id: response.id,
        rawId: response.rawId,
        type: response.type,
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: pending.challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      credential: { id: row.credentialId, publicKey: fromText(row.publicKey), counter: row.counter },
    }).catch((cause: unknown) => {
      throw new Refusal('bad_credentials', 'this passkey did not prove itself', { cause });
    });
    if (!checked.verified) throw new Refusal('bad_credentials', 'this passkey did not prove itself');
    const counter = checked.authenticationInfo.newCounter;
    await tx
      .update(passkeys)
      .set({ counter, lastUsedAt: new Date(services.now()) })
      .where(eq(passkeys.id, row.id));
    return UserId.parse(row.userId);
  });
}
