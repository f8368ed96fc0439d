/**
 * Waking whoever waits for a chain's events, by Redis publish and subscribe over Upstash's REST protocol. A hint and no more: when it is lost, the waiting ask the
 * database at their own slow pace.
 */
import { Redis } from '@upstash/redis';
import { PLATFORM_CHAIN } from '../../schema/audit.ts';
import { readSse } from '../../schema/sse.ts';
import { redisKey } from '../redis-keys.ts';

const TIMEOUT_MS = 1500;
const channelOf = (chain: string) =>
  redisKey(chain === PLATFORM_CHAIN ? 'platform' : { org: chain }, 'events', chain);

export interface Signals {
  /** Never fails. */
  wake(chain: string): Promise<void>;
  /** Calls `woken` at each signal until aborted, or until Redis is gone. Never fails. */
  listen(chain: string, woken: () => void, signal: AbortSignal): Promise<void>;
}

export function redisSignals(url: string, token: string): Signals {
  return {
    wake: async (chain) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const redis = new Redis({ url, token, enableTelemetry: false, retry: false, signal });
      await redis.publish(channelOf(chain), '1').catch(() => {});
    },
    listen: async (chain, woken, signal) => {
      try {
        const response = await fetch(new URL(`/subscribe/${encodeURIComponent(channelOf(chain))}`, url), {
          headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
          signal,
        });
        if (!response.ok || !response.body) return void response.body?.cancel();
        for await (const { data } of readSse(response.body)) if (data.startsWith('message,')) woken();
      } catch {
        // Aborted, or Redis is gone.
      }
    },
  };
}
