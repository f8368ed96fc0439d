/** Prove once more who I am, for what is high-risk: with a second factor if I have one, else with password and secret key. */
import { z } from 'zod';
import type { SignInEvidence } from '../../../schema/api/sign-in.ts';
import { PasskeyChallenge, SteppedUp, StepUpMethods, StepUpRequest } from '../../../schema/api/sign-in.ts';
import type { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { forPersons } from '../../access.ts';
import { record } from '../../audit.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import type { Services } from '../../services.ts';
import { renewProof } from '../../sign-in/complete.ts';
import { startPasskey } from '../../sign-in/passkeys.ts';
import { checkPassword, hasPassword } from '../../sign-in/password.ts';
import { checkSecondFactor, secondFactorsOf } from '../../sign-in/second-factor.ts';

const methods = createRoute({
  ...forPersons,
  method: 'get',
  path: '/v1/auth/step-up',
  summary: 'How I can prove anew who I am',
  responses: answers(200, StepUpMethods),
});
const startWithPasskey = createRoute({
  ...forPersons,
  method: 'post',
  path: '/v1/auth/step-up/passkey',
  summary: 'Begin to prove it anew with a passkey: a challenge',
  request: { body: json(z.strictObject({})) },
  responses: answers(200, PasskeyChallenge),
});
const finish = createRoute({
  ...forPersons,
  method: 'post',
  path: '/v1/auth/step-up',
  summary: 'Prove anew who I am: a new access token',
  request: { body: json(StepUpRequest) },
  responses: answers(200, SteppedUp),
});

export const stepUp = newRouter();

const methodsOf = async (
  { db }: Services,
  user: UserId,
): Promise<z.infer<typeof StepUpMethods>['methods']> => {
  const second = await db.platform((tx) => secondFactorsOf(tx, user));
  if (second.length > 0) return second;
  return (await db.platform((tx) => hasPassword(tx, user))) ? ['password'] : [];
};

stepUp.openapi(methods, async (c) =>
  c.json({ methods: await methodsOf(c.get('services'), c.get('caller').user) }, 200),
);

stepUp.openapi(startWithPasskey, async (c) => {
  const services = c.get('services');
  return c.json(await services.db.platform((tx) => startPasskey(tx, services, c.get('caller').user)), 200);
});

async function check(
  services: Services,
  user: UserId,
  proof: z.infer<typeof StepUpRequest>['proof'],
): Promise<SignInEvidence> {
  const methods = await methodsOf(services, user);
  if (methods.length === 0) throw new Refusal('step_up_required', 'sign in again: that is a proof as well');
  if (!methods.includes(proof.type))
    throw new Refusal('second_factor_required', 'prove it with your second factor');
  if (proof.type !== 'password') return checkSecondFactor(services, user, proof);
  const checked = await checkPassword(services, proof.attempt, proof.proof);
  if (checked.user !== user) throw new Refusal('bad_credentials');
  return 'pwd';
}

stepUp.openapi(finish, async (c) => {
  const services = c.get('services');
  const caller = c.get('caller');
  const requestId = c.get('requestId');
  const actor = `user:${caller.user}` as const;
  const shown = await check(services, caller.user, c.req.valid('json').proof).catch(
    async (error: unknown) => {
      await services.db.platform((tx) =>
        record(tx, { org: null, actor, action: 'step-up.refused', subject: caller.signIn, requestId }),
      );
      throw error;
    },
  );
  const { accessToken, expiresIn } = await services.db.platform(async (tx) => {
    await record(tx, {
      org: null,
      actor,
      action: 'step-up',
      subject: caller.signIn,
      reason: shown,
      requestId,
    });
    return renewProof(tx, services, caller.signIn, shown);
  });
  return c.json({ accessToken, expiresIn }, 200);
});
