/** The control API on Deno: `deno run --allow-net --allow-env --allow-read --allow-sys edge/deno.ts`, bindings and PORT from the environment. */
import pino from 'pino';
import { createApp } from './app.ts';
import { readEnv } from './env.ts';
import { JOBS } from './jobs/registry.ts';
import { startScheduler } from './jobs/scheduler.ts';
import { longLivedServices } from './long-lived.ts';
import { consolePage } from './static.ts';

/** The part of Deno's own API that this uses. */
declare const Deno: {
  readonly env: { toObject(): Record<string, string>; get(name: string): string | undefined };
  readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
  serve(
    options: { hostname: string; port: number; onListen(at: { port: number }): void },
    handler: (request: Request, from: { remoteAddr: { hostname: string } }) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> };
  addSignalListener(signal: 'SIGINT' | 'SIGTERM', stop: () => void): void;
  exit(status: number): never;
};

const env = readEnv(Deno.env.toObject());
const services = await longLivedServices(env, pino({ level: env.LOG_LEVEL, browser: { asObject: true } }));
const scheduler = startScheduler(services, JOBS);
const app = createApp(() => services);
const page = consolePage((path) => Deno.readFile(new URL(`./console/dist${path}`, import.meta.url)));
app.get('*', async (c, next) => (await page(c.req.path)) ?? next());

const server = Deno.serve(
  {
    hostname: '127.0.0.1',
    port: Number(Deno.env.get('PORT') ?? 0),
    onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
  },
  // As Node's server binds it: without it, whose address it is would be a header's word.
  (request, { remoteAddr }) =>
    app.fetch(request, { incoming: { socket: { remoteAddress: remoteAddr.hostname } } }),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  Deno.addSignalListener(signal, () => {
    void server
      .shutdown()
      .then(() => scheduler.close())
      .then(() => services.db.close())
      .then(() => Deno.exit(0));
  });
