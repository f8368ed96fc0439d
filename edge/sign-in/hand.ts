/** What every way to sign in shares: who asks, from where, and how tokens are handed over and presented. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { AppBindings } from '../services.ts';
import type { Admission, Origin } from './complete.ts';

const COOKIE = 'fabric_refresh';
const PATH = '/v1/auth';
const COOKIE_S = 30 * 86_400;
export const PER_ADDRESS = { name: 'login-address', max: 30, windowS: 60 };
/** Steps that are not a sign-in's first are counted apart, so that one sign-in costs one. */
export const JOIN_PER_ADDRESS = { name: 'join-address', max: 30, windowS: 60 };
export const SECOND_PER_ADDRESS = { name: 'second-factor-address', max: 30, windowS: 60 };
export const PER_ACCOUNT = { name: 'login-account', max: 10, windowS: 60 };

const AGENT_LENGTH = 200;

export function originOf(c: Context<AppBindings>): Omit<Origin, 'device'> {
  const region = c.req.header(c.get('services').env.FABRIC_REGION_HEADER ?? 'cf-ipcountry');
  return {
    region: region !== undefined && /^[A-Za-z0-9-]{1,16}$/.test(region) ? region : null,
    agent: (c.req.header('user-agent') ?? 'unknown').slice(0, AGENT_LENGTH),
    requestId: c.get('requestId'),
  };
}

/** A browser's refresh token goes into a cookie that scripts and other sites never see. */
export function hand(c: Context<AppBindings>, signedIn: SignedIn, cookie: boolean): SignedIn {
  if (!cookie) return signedIn;
  const { refreshToken = '', ...rest } = signedIn;
  const secure = new URL(c.get('services').env.FABRIC_PUBLIC_URL).protocol === 'https:';
  setCookie(c, COOKIE, refreshToken, {
    path: PATH,
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    maxAge: COOKIE_S,
  });
  return rest;
}

/** @throws Refusal when it was refused */
export function answerAdmission(
  c: Context<AppBindings>,
  admission: Admission,
  cookie: boolean,
  proof?: string,
) {
  const shown = proof === undefined ? {} : { proof };
  switch (admission.outcome) {
    case 'refused':
      throw admission.refusal;
    case 'second-factor':
      return { secondFactor: admission.secondFactor, ...shown };
    case 'signed-in':
      return { ...hand(c, admission.signedIn, cookie), ...shown };
  }
}

/** The token in the body, or the cookie when the page that sends it is ours. */
export function presented(
  c: Context<AppBindings>,
  inBody: string | undefined,
): { token: string; cookie: boolean } {
  if (inBody !== undefined) return { token: inBody, cookie: false };
  const token = getCookie(c, COOKIE);
  if (!token) throw new Refusal('unauthenticated');
  const origin = c.req.header('origin');
  const own = [c.get('services').env.FABRIC_PUBLIC_URL, c.req.url].map((url) => new URL(url).origin);
  if (origin !== undefined && !own.includes(origin)) throw new Refusal('forbidden');
  return { token, cookie: true };
}

export function dropCookie(c: Context<AppBindings>): void {
  deleteCookie(c, COOKIE, { path: PATH });
}
