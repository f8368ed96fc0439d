/** Stay signed in, sign out, and who I am. The ways in stand beside this file, one each. */
import { Me, RefreshRequest, SignedIn } from '../../../schema/api/auth.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { forAnyone, forPersons } from '../../access.ts';
import { record } from '../../audit.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { grantAccess } from '../../sign-in/complete.ts';
import { endByToken, rotateRefreshToken } from '../../sign-in/families.ts';
import { dropCookie, hand, presented } from '../../sign-in/hand.ts';
import { describeUser } from '../../sign-in/people.ts';
import { join } from './join.ts';
import { passkey } from './passkey.ts';
import { password } from './password.ts';
import { secondFactor } from './second-factor.ts';
import { stepUp } from './step-up.ts';

const refresh = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/refresh',
  summary: 'Exchange a refresh token for the next one and a new access token',
  request: { body: json(RefreshRequest) },
  responses: answers(200, SignedIn),
});
const logout = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/logout',
  summary: 'Sign out: the refresh token and its successors end',
  request: { body: json(RefreshRequest) },
  responses: answersNothing,
});
const me = createRoute({
  ...forPersons,
  method: 'get',
  path: '/v1/me',
  summary: 'Who I am, and which organizations I belong to',
  responses: answers(200, Me),
});

export const auth = newRouter();
for (const way of [password, passkey, secondFactor, stepUp, join]) auth.route('/', way);

auth.openapi(refresh, async (c) => {
  const services = c.get('services');
  const { token, cookie } = presented(c, c.req.valid('json').refreshToken);
  const signedIn = await services.db.platform(async (tx) => {
    const rotation = await rotateRefreshToken(tx, token, services.now());
    if (rotation.outcome === 'rotated')
      return { ...(await grantAccess(tx, services, rotation.signIn)), refreshToken: rotation.token };
    if (rotation.outcome === 'reused') {
      const { userId, id } = rotation.signIn;
      const actor = `user:${userId}` as const;
      const requestId = c.get('requestId');
      await record(tx, { org: null, actor, action: 'sign-in.token-reused', subject: id, requestId });
    }
    return undefined;
  });
  if (!signedIn) {
    if (cookie) dropCookie(c);
    throw new Refusal('token_invalid', 'sign in again');
  }
  return c.json(hand(c, signedIn, cookie), 200);
});

auth.openapi(logout, async (c) => {
  const { db, now } = c.get('services');
  const { token, cookie } = presented(c, c.req.valid('json').refreshToken);
  await db.platform(async (tx) => {
    const user = await endByToken(tx, token, now());
    if (!user) return;
    const actor = `user:${user}` as const;
    await record(tx, { org: null, actor, action: 'sign-out', requestId: c.get('requestId') });
  });
  if (cookie) dropCookie(c);
  return c.body(null, 204);
});

auth.openapi(me, async (c) => {
  const { user } = c.get('caller');
  return c.json(await c.get('services').db.platform((tx) => describeUser(tx, user)), 200);
});
