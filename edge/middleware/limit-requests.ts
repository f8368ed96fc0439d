/** How many requests a minute: from one address, of one person or key, of one organization. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { OrgId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { clientAddress } from '../client-address.ts';
import type { Limit } from '../limits.ts';
import { exceeded, quotasOf } from '../quotas.ts';
import type { AppBindings, Services } from '../services.ts';

const WINDOW_S = 60;
const PER_ADDRESS: Limit = { name: 'requests-address', max: 6_000, windowS: WINDOW_S, atOnce: 60 };
const PER_PERSON: Limit = { name: 'requests-person', max: 1_200, windowS: WINDOW_S, atOnce: 20 };
const PER_KEY: Limit = { name: 'requests-key', max: 600, windowS: WINDOW_S, atOnce: 10 };
const REFUSED_PER_ADDRESS: Limit = { name: 'refused-address', max: 300, windowS: WINDOW_S };

/** After someone was authenticated. @throws Refusal `rate_limited` */
export const limitCaller = createMiddleware<AppBindings>(async (c, next) => {
  const { limits, env } = c.get('services');
  const { user, key } = c.get('caller');
  const scaled = (limit: Limit) => scaledBy(limit, env.FABRIC_REQUEST_LIMITS);
  const address = clientAddress(c);
  await Promise.all([
    // All who come by a proxy that names nobody would share one count.
    address === 'direct' ? undefined : limits.attempt(scaled(PER_ADDRESS), address),
    key ? limits.attempt(scaled(PER_KEY), key.id) : limits.attempt(scaled(PER_PERSON), user),
  ]);
  await next();
});

/** As many times as wide, and counted ahead in the same proportion. */
function scaledBy(limit: Limit, times: number): Limit {
  const of = (n: number) => Math.ceil(n * times);
  return { ...limit, max: of(limit.max), atOnce: of(limit.atOnce ?? 1) };
}

/** Of all who belong to one organization together. @throws Refusal `quota_exceeded` */
export async function limitOrganization(c: Context<AppBindings>, org: OrgId): Promise<void> {
  const { limits } = c.get('services');
  const max = await requestsAllowed(c.get('services'), org);
  try {
    const atOnce = Math.max(1, Math.floor(max / 100));
    await limits.attempt({ name: 'requests-organization', max, windowS: WINDOW_S, atOnce }, org, { org });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'rate_limited') throw exceeded('requestsPerMinute', max);
    throw error;
  }
}

/** Read anew after so long: a changed quota holds everywhere within it. */
const KEPT_MS = 10_000;
const kept = new BoundedCache<number>(5_000);

async function requestsAllowed({ db, now }: Services, org: OrgId): Promise<number> {
  const known = kept.get(org, now());
  if (known !== undefined) return known;
  const { requestsPerMinute: max } = await db.org(org, (tx) => quotasOf(tx, org));
  kept.set(org, max, now() + KEPT_MS);
  return max;
}

/** Around authentication: an address that shows bad tokens all the time is told to wait. @throws Refusal `rate_limited` */
export const countRefused = createMiddleware<AppBindings>(async (c, next) => {
  await next();
  const { error } = c;
  const address = clientAddress(c);
  if (error instanceof Refusal && error.status === 401 && address !== 'direct')
    await c.get('services').limits.attempt(REFUSED_PER_ADDRESS, address);
});
