/** Sign in with a password and a secret key, of which only proofs travel. */
import { SignInAnswer, SrpChallenge, SrpFinish, SrpStart } from '../../../schema/api/sign-in.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { normalEmail } from '../../../schema/sign-in/two-secret.ts';
import { forAnyone } from '../../access.ts';
import { record } from '../../audit.ts';
import { clientAddress } from '../../client-address.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import { admit } from '../../sign-in/complete.ts';
import { checkDevice } from '../../sign-in/devices.ts';
import { answerAdmission, originOf, PER_ACCOUNT, PER_ADDRESS } from '../../sign-in/hand.ts';
import { checkPassword, startPassword } from '../../sign-in/password.ts';

const start = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/srp/start',
  summary: 'Begin to sign in with a password: salt and challenge',
  request: { body: json(SrpStart) },
  responses: answers(200, SrpChallenge),
});
const finish = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/srp/finish',
  summary: 'Prove the password and secret key',
  request: { body: json(SrpFinish) },
  responses: answers(200, SignInAnswer),
});

export const password = newRouter();

password.openapi(start, async (c) => {
  const services = c.get('services');
  const { email, A } = c.req.valid('json');
  await services.limits.attempt(PER_ADDRESS, clientAddress(c));
  await services.limits.attempt(PER_ACCOUNT, normalEmail(email));
  return c.json(await startPassword(services, email, A), 200);
});

password.openapi(finish, async (c) => {
  const services = c.get('services');
  // Each attempt was counted when it began, and is good for one try.
  const { attempt, proof, device, cookie } = c.req.valid('json');
  const origin = originOf(c);
  const checked = await checkPassword(services, attempt, proof);
  if (checked.user === null) {
    const { requestId } = origin;
    await services.db.platform((tx) =>
      record(tx, {
        org: null,
        actor: 'anonymous',
        action: 'sign-in.refused',
        subject: checked.email,
        requestId,
      }),
    );
    throw new Refusal('bad_credentials');
  }
  const shown = device ? await checkDevice(device, attempt) : null;
  const { user, serverProof } = checked;
  const admission = await services.db.platform((tx) =>
    admit(tx, services, { user, evidence: ['pwd'], device: shown, ...origin }),
  );
  return c.json(answerAdmission(c, admission, cookie, serverProof), 200);
});
