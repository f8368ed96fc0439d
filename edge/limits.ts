/**
 * Counters and single-use marks in Redis, which may be lost: without it a stricter limit in this process's own memory holds, and marks are
 * kept by the caller's fallback. Never open.
 */
import { Redis } from '@upstash/redis';
import { Refusal } from '../schema/refusal.ts';
import { BoundedCache } from './bounded-cache.ts';
import { type Namespace, type RedisKey, redisKey } from './redis-keys.ts';

/** Without Redis each process allows this share of a limit. */
const STRICTER = 0.5;
const LOCAL_ENTRIES = 10_000;
const TIMEOUT_MS = 1500;
/** Redis that did not answer is left alone for so long: not every request waits for it. */
const AWAY_MS = 5_000;
/** What was counted ahead is good for so long: a window begins with its own count. */
const AHEAD_MS = 5_000;

export interface Limit {
  readonly name: string;
  readonly max: number;
  readonly windowS: number;
  /**
   * Counted so many at a time, and used up here before Redis is asked again: for limits so wide that a few more or less are all one. A process that ends takes what it has not
   * used with it, so the limit is sometimes a little stricter and never wider.
   */
  readonly atOnce?: number;
}

export interface Limits {
  /** Counts one attempt, in its organization where it is made in one. @throws Refusal `rate_limited` */
  attempt(limit: Limit, who: string, within?: Namespace): Promise<void>;
  /** True the first time, false when marked before, undefined when Redis can't tell. */
  markOnce(within: Namespace, key: string, seconds: number): Promise<boolean | undefined>;
  /** Milliseconds for the smallest question. @throws when Redis is gone */
  ping(): Promise<number>;
}

/** Counts of this process, for when Redis is gone. Shared by all requests. */
export class LocalCounts {
  readonly #counts = new Map<string, { count: number; until: number }>();
  /** Milliseconds since the epoch; before it Redis is not asked. */
  redisAwayUntil = 0;
  add(key: string, windowS: number, now: number): number {
    const entry = this.#counts.get(key);
    if (entry && entry.until > now) return ++entry.count;
    if (this.#counts.size >= LOCAL_ENTRIES) this.#forget(now);
    this.#counts.set(key, { count: 1, until: now + windowS * 1000 });
    return 1;
  }
  /** Attempts that were counted in Redis and not made yet. */
  readonly ahead = new BoundedCache<{ left: number }>(LOCAL_ENTRIES);
  /** Who is being counted ahead just now: whoever comes meanwhile counts for itself alone, or a crowd would use up the limit with attempts that nobody makes. */
  readonly counting = new BoundedCache<true>(LOCAL_ENTRIES);
  takeAhead(key: string, now: number): boolean {
    const ahead = this.ahead.get(key, now);
    if (!ahead || ahead.left < 1) return false;
    ahead.left -= 1;
    return true;
  }
  #forget(now: number): void {
    for (const [key, { until }] of this.#counts) if (until <= now) this.#counts.delete(key);
    if (this.#counts.size >= LOCAL_ENTRIES) throw new Refusal('overloaded');
  }
}

export function redisLimits(url: string, token: string, local: LocalCounts, now: () => number): Limits {
  const redis = () =>
    new Redis({ url, token, enableTelemetry: false, retry: false, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const countInRedis = async (key: RedisKey, by: number, windowS: number): Promise<number | undefined> => {
    if (local.redisAwayUntil > now()) return undefined;
    try {
      const [count] = await redis()
        .multi()
        .incrby(key, by)
        .expire(key, windowS, 'NX')
        .exec<[number, number]>();
      return count;
    } catch {
      local.redisAwayUntil = now() + AWAY_MS;
      return undefined;
    }
  };
  return {
    attempt: async ({ name, max, windowS, atOnce = 1 }, who, within = 'platform') => {
      const key = redisKey(within, 'limit', name, who);
      if (local.takeAhead(key, now())) return;
      const by = local.counting.get(key, now()) ? 1 : atOnce;
      if (by > 1) local.counting.set(key, true, now() + TIMEOUT_MS);
      const count = await countInRedis(key, by, windowS);
      if (by > 1) local.counting.delete(key);
      const [seen, allowed] =
        count === undefined
          ? [local.add(key, windowS, now()), Math.ceil(max * STRICTER)]
          : [count - by + 1, max];
      if (count !== undefined && by > 1) {
        const more = Math.max(0, Math.min(by, allowed - seen + 1) - 1);
        const before = local.ahead.get(key, now())?.left ?? 0;
        local.ahead.set(key, { left: before + more }, now() + AHEAD_MS);
      }
      if (seen > allowed)
        throw new Refusal('rate_limited', `too many attempts: wait ${windowS} seconds and try again`);
    },
    // Always asked: a mark that Redis holds must be found, even just after it did not answer.
    markOnce: async (within, key, seconds) => {
      try {
        return (await redis().set(redisKey(within, 'once', key), 1, { nx: true, ex: seconds })) === 'OK';
      } catch {
        return undefined;
      }
    },
    ping: async () => {
      const start = performance.now();
      await redis().ping();
      return performance.now() - start;
    },
  };
}
