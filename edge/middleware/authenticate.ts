/** Which person is calling: the bearer of an access token. */
import { createMiddleware } from 'hono/factory';
import { loadKeySet } from '../keys/signing.ts';
import type { AppBindings, Services } from '../services.ts';
import { requireLive } from '../sign-in/live.ts';
import { verifyAccessToken } from '../tokens/access.ts';
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

export const authenticate = createMiddleware<AppBindings>(async (c, next) => {
  const services = c.get('services');
  const token = bearer(c.req.header('authorization'));
  const caller = await verifyAccessToken(token, await accessKeys(services), services.now());
  await requireLive(services, caller.signIn);
  c.set('caller', caller);
  await next();
});
