/** Which person is calling: the bearer of an access token. */
import { createMiddleware } from 'hono/factory';
import type { Caller } from '../caller.ts';
import { loadKeySet } from '../keys/signing.ts';
import type { AppBindings, Services } from '../services.ts';
import { requireLive } from '../sign-in/live.ts';
import { verifiedCaller } from '../tokens/verified.ts';
import { bearer } from './bearer.ts';

/** Public keys change rarely: each process keeps them for a minute. */
const KEYS_MS = 60_000;
const cached = new WeakMap<object, { keys: Awaited<ReturnType<typeof loadKeySet>>; until: number }>();

async function accessKeys({ db, master, now }: Services) {
  const known = cached.get(master);
  if (known && known.until > now()) return known.keys;
  const keys = await db.platform((tx) => loadKeySet(tx, 'access', null));
  cached.set(master, { keys, until: now() + KEYS_MS });
  return keys;
}

/** A person whose sign-in still lives. @throws Refusal `unauthenticated`, `token_invalid` or `token_expired` */
export async function callerOf(services: Services, authorization: string | undefined): Promise<Caller> {
  const caller = await verifiedCaller(bearer(authorization), await accessKeys(services), services.now());
  await requireLive(services, caller.signIn);
  return caller;
}

export const authenticate = createMiddleware<AppBindings>(async (c, next) => {
  c.set('caller', await callerOf(c.get('services'), c.req.header('authorization')));
  await next();
});
