/** The control API as a Worker. Connections can't outlive a request there, so each request opens its own few and gives them back. */
import pino from 'pino';
import { createApp } from './app.ts';
import { PAGE_HEADERS } from './content-security.ts';
import { openDatabase } from './db.ts';
import { readEnv } from './env.ts';
import { redisSignals } from './events/signals.ts';
import { JOBS } from './jobs/registry.ts';
import { runDueJobs } from './jobs/run.ts';
import { configuredMaster } from './keys/configured.ts';
import type { Sealer } from './keys/envelope.ts';
import { LocalCounts, redisLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { edgeOutbound } from './outbound.ts';
import type { Services } from './services.ts';
import { objectsOf } from './storage/choose.ts';

interface Bindings {
  readonly ASSETS: { fetch(request: Request): Promise<Response> };
}

const CONNECTIONS = 2;
/** A stream of events looks every few seconds; between its looks it holds no connection. */
const IDLE_S = 5;
/** Jobs whose interval is shorter than the cron's run several times in one call. */
const CRON_MS = 45_000;
const PAUSE_MS = 2_000;
const API_PATH = /^\/(v1\/|health$|metrics$|openapi\.json$)/;

const now = () => Date.now();
const metrics = new Metrics();
const local = new LocalCounts();
let master: Promise<Sealer> | undefined;

interface Context {
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
}

async function acquire(bindings: Bindings): Promise<() => Services> {
  const env = readEnv(bindings);
  master ??= configuredMaster(env, now);
  const sealer = await master;
  const log = pino({ level: env.LOG_LEVEL, browser: { asObject: true } });
  const signals = redisSignals(env.UPSTASH_REDIS_REST_URL, env.UPSTASH_REDIS_REST_TOKEN);
  return () => ({
    env,
    db: openDatabase(env.DATABASE_URL, CONNECTIONS, { onEvents: signals.wake, idleS: IDLE_S }),
    limits: redisLimits(env.UPSTASH_REDIS_REST_URL, env.UPSTASH_REDIS_REST_TOKEN, local, now),
    master: sealer,
    signals,
    outbound: edgeOutbound(),
    objects: objectsOf(env),
    log,
    metrics,
    now,
  });
}

export default {
  async fetch(request: Request, bindings: Bindings, context: Context) {
    if (!API_PATH.test(new URL(request.url).pathname)) return page(request, bindings);
    const app = createApp(await acquire(bindings), ({ db }) => db.close(), context);
    return app.fetch(request, bindings, { ...context, props: {} });
  },

  /** By the cron trigger, once a minute: what is due, then again until the minute is nearly over. */
  async scheduled(_controller: unknown, bindings: Bindings) {
    const services = (await acquire(bindings))();
    try {
      const until = now() + CRON_MS;
      do {
        const ran = await runDueJobs(services, JOBS);
        if (ran.length === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      } while (now() < until);
    } finally {
      await services.db.close();
    }
  },
};

async function page(request: Request, { ASSETS }: Bindings): Promise<Response> {
  const found = await ASSETS.fetch(request);
  const response = new Response(found.body, found);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
  return response;
}
