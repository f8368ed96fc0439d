/** The control API on Deno: `deno run --allow-net --allow-env --allow-read --allow-sys edge/deno.ts`, bindings and PORT from the environment. */
import pino from 'pino';
import { createApp } from './app.ts';
import { openDatabase } from './db.ts';
import { readEnv } from './env.ts';
import { masterSealer } from './keys/envelope.ts';
import { LocalCounts, redisLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { consolePage } from './static.ts';

/** The part of Deno's own API that this uses. */
declare const Deno: {
  readonly env: { toObject(): Record<string, string>; get(name: string): string | undefined };
  readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
  serve(
    options: { hostname: string; port: number; onListen(at: { port: number }): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> };
  addSignalListener(signal: 'SIGINT' | 'SIGTERM', stop: () => void): void;
  exit(status: number): never;
};

const CONNECTIONS = 10;

const env = readEnv(Deno.env.toObject());
const now = () => Date.now();
const services = {
  env,
  db: openDatabase(env.DATABASE_URL, CONNECTIONS),
  limits: redisLimits(env.UPSTASH_REDIS_REST_URL, env.UPSTASH_REDIS_REST_TOKEN, new LocalCounts(), now),
  master: await masterSealer(env.FABRIC_MASTER_KEY),
  log: pino({ level: env.LOG_LEVEL, browser: { asObject: true } }),
  metrics: new Metrics(),
  now,
};
const app = createApp(() => services);
const page = consolePage((path) => Deno.readFile(new URL(`./console/dist${path}`, import.meta.url)));
app.get('*', async (c, next) => (await page(c.req.path)) ?? next());

const server = Deno.serve(
  {
    hostname: '127.0.0.1',
    port: Number(Deno.env.get('PORT') ?? 0),
    onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
  },
  (request) => app.fetch(request),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  Deno.addSignalListener(signal, () => {
    void server
      .shutdown()
      .then(() => services.db.close())
      .then(() => Deno.exit(0));
  });
