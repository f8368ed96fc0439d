/** Sign in with a passkey: the browser offers those it has, no e-mail address is asked. */
import { z } from 'zod';
import { PasskeyChallenge, PasskeyFinish, SignInAnswer } from '../../../schema/api/sign-in.ts';
import { forAnyone } from '../../access.ts';
import { clientAddress } from '../../client-address.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import { admit } from '../../sign-in/complete.ts';
import { checkDevice } from '../../sign-in/devices.ts';
import { answerAdmission, originOf, PER_ADDRESS } from '../../sign-in/hand.ts';
import { checkPasskey, startPasskey } from '../../sign-in/passkeys.ts';

const start = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/passkey/start',
  summary: 'Begin to sign in with a passkey: a challenge',
  request: { body: json(z.strictObject({})) },
  responses: answers(200, PasskeyChallenge),
});
const finish = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/passkey/finish',
  summary: "Answer a passkey's challenge",
  request: { body: json(PasskeyFinish) },
  responses: answers(200, SignInAnswer),
});

export const passkey = newRouter();

passkey.openapi(start, async (c) => {
  const services = c.get('services');
  await services.limits.attempt(PER_ADDRESS, clientAddress(c));
  return c.json(await services.db.platform((tx) => startPasskey(tx, services, null)), 200);
});

passkey.openapi(finish, async (c) => {
  const services = c.get('services');
  const { attempt, response, device, cookie } = c.req.valid('json');
  const user = await checkPasskey(services, attempt, response);
  const shown = device ? await checkDevice(device, attempt) : null;
  const admission = await services.db.platform((tx) =>
    admit(tx, services, { user, evidence: ['hwk', 'mfa'], device: shown, ...originOf(c) }),
  );
  return c.json(answerAdmission(c, admission, cookie), 200);
});
