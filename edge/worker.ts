/** The control API as a Worker. Connections can't outlive a request there, so each request opens its own few and gives them back. */
import pino from 'pino';
import { createApp } from './app.ts';
import { PAGE_HEADERS } from './content-security.ts';
import { openDatabase } from './db.ts';
import { readEnv } from './env.ts';
import { masterSealer, type Sealer } from './keys/envelope.ts';
import { LocalCounts, redisLimits } from './limits.ts';
import { Metrics } from './metrics.ts';

interface Bindings {
  readonly ASSETS: { fetch(request: Request): Promise<Response> };
}

const CONNECTIONS = 2;
const API_PATH = /^\/(v1\/|health$|metrics$|openapi\.json$)/;

const now = () => Date.now();
const metrics = new Metrics();
const local = new LocalCounts();
let master: Promise<Sealer> | undefined;

export default {
  async fetch(
    request: Request,
    bindings: Bindings,
    context: { waitUntil(work: Promise<unknown>): void; passThroughOnException(): void },
  ) {
    if (!API_PATH.test(new URL(request.url).pathname)) return page(request, bindings);
    const env = readEnv(bindings);
    master ??= masterSealer(env.FABRIC_MASTER_KEY);
    const sealer = await master;
    const log = pino({ level: env.LOG_LEVEL, browser: { asObject: true } });
    const app = createApp(
      () => ({
        env,
        db: openDatabase(env.DATABASE_URL, CONNECTIONS),
        limits: redisLimits(env.UPSTASH_REDIS_REST_URL, env.UPSTASH_REDIS_REST_TOKEN, local, now),
        master: sealer,
        log,
        metrics,
        now,
      }),
      ({ db }) => db.close(),
      context,
    );
    return app.fetch(request, bindings, { ...context, props: {} });
  },
};

async function page(request: Request, { ASSETS }: Bindings): Promise<Response> {
  const found = await ASSETS.fetch(request);
  const response = new Response(found.body, found);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
  return response;
}
