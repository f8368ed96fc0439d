/** Sign in, stay signed in, sign out. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { ACCESS_LIFETIME_S, LoginRequest, Me, RefreshRequest, SignedIn } from '../../../schema/api/auth.ts';
import type { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { forAnyone, forPersons } from '../../access.ts';
import { record } from '../../audit.ts';
import type { Tx } from '../../db.ts';
import { verifyPassword } from '../../keys/password.ts';
import { loadSigner } from '../../keys/signing.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import type { AppBindings, Services } from '../../services.ts';
import { issueAccessToken } from '../../tokens/access.ts';
import { describeUser, endFamily, findByEmail, issueRefreshToken, rotateRefreshToken } from './store.ts';

const COOKIE = 'fabric_refresh';
const LOGIN_PER_ADDRESS = { name: 'login-address', max: 30, windowS: 60 };
const LOGIN_PER_ACCOUNT = { name: 'login-account', max: 10, windowS: 60 };

const login = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/login',
  summary: 'Sign in with a password',
  request: { body: json(LoginRequest) },
  responses: answers(200, SignedIn),
});
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

auth.openapi(login, async (c) => {
  const services = c.get('services');
  const { email, password, cookie } = c.req.valid('json');
  const requestId = c.get('requestId');
  await services.limits.attempt(LOGIN_PER_ADDRESS, clientAddress(c));
  await services.limits.attempt(LOGIN_PER_ACCOUNT, email.toLowerCase());
  const user = await services.db.platform((tx) => findByEmail(tx, email));
  const genuine = await verifyPassword(password, user?.passwordHash ?? undefined);
  if (!user || !genuine) {
    await services.db.platform((tx) =>
      record(tx, { org: null, actor: 'anonymous', action: 'sign-in.refused', subject: email, requestId }),
    );
    throw new Refusal('bad_credentials');
  }
  const signedIn = await services.db.platform(async (tx) => {
    const id = user.id as UserId;
    const token = await issueRefreshToken(tx, id, services.now());
    await record(tx, { org: null, actor: `user:${id}`, action: 'sign-in', requestId });
    return completeSignIn(tx, services, id, token);
  });
  return c.json(hand(c, signedIn, cookie), 200);
});

auth.openapi(refresh, async (c) => {
  const services = c.get('services');
  const { token, cookie } = presented(c, c.req.valid('json').refreshToken);
  const signedIn = await services.db.platform(async (tx) => {
    const rotation = await rotateRefreshToken(tx, token, services.now());
    return rotation.outcome === 'rotated'
      ? completeSignIn(tx, services, rotation.user, rotation.token)
      : undefined;
  });
  if (!signedIn) {
    if (cookie) deleteCookie(c, COOKIE, { path: '/v1/auth' });
    throw new Refusal('token_invalid', 'sign in again');
  }
  return c.json(hand(c, signedIn, cookie), 200);
});

auth.openapi(logout, async (c) => {
  const { token, cookie } = presented(c, c.req.valid('json').refreshToken);
  await c.get('services').db.platform((tx) => endFamily(tx, token));
  if (cookie) deleteCookie(c, COOKIE, { path: '/v1/auth' });
  return c.body(null, 204);
});

auth.openapi(me, async (c) => {
  const { user } = c.get('caller');
  return c.json(await c.get('services').db.platform((tx) => describeUser(tx, user)), 200);
});

export async function completeSignIn(
  tx: Tx,
  services: Services,
  user: UserId,
  refreshToken: string,
): Promise<SignedIn> {
  const described = await describeUser(tx, user);
  const signer = await loadSigner(tx, services.master, 'access', null);
  const accessToken = await issueAccessToken(
    { user, platformRole: described.platformRole },
    signer,
    services.now(),
  );
  return { accessToken, expiresIn: ACCESS_LIFETIME_S, refreshToken, user: described };
}

/** A browser's refresh token goes into a cookie that scripts and other sites never see. */
export function hand(c: Context<AppBindings>, signedIn: SignedIn, cookie: boolean): SignedIn {
  if (!cookie) return signedIn;
  const { refreshToken = '', ...rest } = signedIn;
  const secure = new URL(c.get('services').env.FABRIC_PUBLIC_URL).protocol === 'https:';
  setCookie(c, COOKIE, refreshToken, {
    path: '/v1/auth',
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    maxAge: 30 * 86_400,
  });
  return rest;
}

/** The token in the body, or the cookie when the page that sends it is ours. */
function presented(c: Context<AppBindings>, inBody: string | undefined): { token: string; cookie: boolean } {
  if (inBody !== undefined) return { token: inBody, cookie: false };
  const token = getCookie(c, COOKIE);
  if (!token) throw new Refusal('unauthenticated');
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== new URL(c.get('services').env.FABRIC_PUBLIC_URL).origin)
    throw new Refusal('forbidden');
  return { token, cookie: true };
}

/** `cf-connecting-ip` is set by the edge itself and can't be given by a client there; elsewhere all share one bucket per proxy. */
export function clientAddress(c: Context<AppBindings>): string {
  return c.req.header('cf-connecting-ip') ?? 'direct';
}
