/** The second half of a sign-in, for those who have a second factor. */
import { z } from 'zod';
import {
  PasskeyChallenge,
  SecondFactorFinish,
  SignInAnswer,
  SignInEvidence,
} from '../../../schema/api/sign-in.ts';
import { UserId } from '../../../schema/ids.ts';
import { forAnyone } from '../../access.ts';
import { record } from '../../audit.ts';
import { clientAddress } from '../../client-address.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import { readAttempt, takeAttempt } from '../../sign-in/attempt.ts';
import { admit, withEvidence } from '../../sign-in/complete.ts';
import { answerAdmission, SECOND_PER_ADDRESS } from '../../sign-in/hand.ts';
import { startPasskey } from '../../sign-in/passkeys.ts';
import { checkSecondFactor } from '../../sign-in/second-factor.ts';

/** What `admit` put aside. */
const Pending = z.object({
  user: UserId,
  evidence: z.array(SignInEvidence),
  device: z.object({ thumbprint: z.string(), name: z.string() }).nullable(),
  region: z.string().nullable(),
  agent: z.string(),
  requestId: z.string(),
});

const startWithPasskey = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/second-factor/passkey',
  summary: 'Begin a second factor with a passkey: a challenge',
  request: { body: json(z.strictObject({ attempt: z.uuid() })) },
  responses: answers(200, PasskeyChallenge),
});
const finish = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/second-factor',
  summary: 'Show the second factor, and be signed in',
  request: { body: json(SecondFactorFinish) },
  responses: answers(200, SignInAnswer),
});

export const secondFactor = newRouter();

secondFactor.openapi(startWithPasskey, async (c) => {
  const services = c.get('services');
  const { master, now } = services;
  await services.limits.attempt(SECOND_PER_ADDRESS, clientAddress(c));
  const { attempt } = c.req.valid('json');
  const challenge = await services.db.platform(async (tx) => {
    const { user } = await readAttempt({ tx, master, now: now() }, 'second-factor', attempt, Pending);
    return startPasskey(tx, services, user);
  });
  return c.json(challenge, 200);
});

secondFactor.openapi(finish, async (c) => {
  const services = c.get('services');
  const { db, master, now } = services;
  const { attempt, proof, cookie } = c.req.valid('json');
  await services.limits.attempt(SECOND_PER_ADDRESS, clientAddress(c));
  // A slip of the finger does not cost the password again: the attempt stays until a proof is right, or its time is up.
  const { user } = await db.platform((tx) =>
    readAttempt({ tx, master, now: now() }, 'second-factor', attempt, Pending),
  );
  const shown = await checkSecondFactor(services, user, proof).catch(async (error: unknown) => {
    const requestId = c.get('requestId');
    const entry = { org: null, actor: `user:${user}`, action: 'second-factor.refused', requestId } as const;
    await db.platform((tx) => record(tx, entry));
    throw error;
  });
  const admission = await db.platform(async (tx) => {
    const pending = await takeAttempt({ tx, master, now: now() }, 'second-factor', attempt, Pending);
    return admit(tx, services, { ...pending, evidence: withEvidence(pending.evidence, shown) });
  });
  return c.json(answerAdmission(c, admission, cookie), 200);
});
