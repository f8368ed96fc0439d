/** Background jobs in a Node process of their own accord: services opened for them, closed with them. */
import pino from 'pino';
import { openDatabase } from './db.ts';
import type { Env } from './env.ts';
import { redisSignals } from './events/signals.ts';
import { JOBS } from './jobs/registry.ts';
import { type Scheduler, startScheduler } from './jobs/scheduler.ts';
import { configuredMaster } from './keys/configured.ts';
import { LocalCounts, redisLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { nodeOutbound } from './node-outbound.ts';

const CONNECTIONS = 3;

export async function startNodeJobs(env: Env): Promise<Scheduler> {
  const now = () => Date.now();
  const signals = redisSignals(env.UPSTASH_REDIS_REST_URL, env.UPSTASH_REDIS_REST_TOKEN);
  const db = openDatabase(env.DATABASE_URL, CONNECTIONS, { onEvents: signals.wake });
  const scheduler = startScheduler(
    {
      env,
      db,
      limits: redisLimits(env.UPSTASH_REDIS_REST_URL, env.UPSTASH_REDIS_REST_TOKEN, new LocalCounts(), now),
      master: await configuredMaster(env, now),
      signals,
      outbound: nodeOutbound(),
      log: pino({ level: env.LOG_LEVEL }, pino.destination(2)),
      metrics: new Metrics(),
      now,
    },
    JOBS,
  );
  return { close: () => scheduler.close().then(() => db.close()) };
}
