/** What a process that serves many requests keeps for all of them: Node and Deno alike. */
import type { Logger } from 'pino';
import { openDatabase } from './db.ts';
import type { Env } from './env.ts';
import { redisSignals } from './events/signals.ts';
import { checkKeyService, configuredMaster } from './keys/configured.ts';
import { LocalCounts, redisLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { folderObjects } from './node-objects.ts';
import { nodeOutbound } from './node-outbound.ts';
import type { Services } from './services.ts';
import { objectsOf } from './storage/choose.ts';

const CONNECTIONS = 10;

export async function longLivedServices(env: Env, log: Logger): Promise<Services> {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  const now = () => Date.now();
  const signals = redisSignals(url, token);
  const master = await configuredMaster(env, now);
  await checkKeyService(master, log);
  return {
    env,
    db: openDatabase(env.DATABASE_URL, CONNECTIONS, { onEvents: signals.wake }),
    limits: redisLimits(url, token, new LocalCounts(), now),
    master,
    signals,
    outbound: nodeOutbound(),
    objects: objectsOf(env, folderObjects),
    log,
    metrics: new Metrics(),
    now,
  };
}
