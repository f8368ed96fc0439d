/** The control API on Node: `node edge/node.ts`, bindings and PORT from the environment. Tells its parent, or standard output, when it listens. */
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import pino from 'pino';
import { createApp } from './app.ts';
import { PAGE_HEADERS } from './content-security.ts';
import { readEnv } from './env.ts';
import { JOBS } from './jobs/registry.ts';
import { startScheduler } from './jobs/scheduler.ts';
import { longLivedServices } from './long-lived.ts';
import { nodeUpgrade, webSockets } from './node-upgrade.ts';

const CONSOLE = new URL('./console/dist/', import.meta.url).pathname;

const env = readEnv(process.env);
const log = pino({ level: env.LOG_LEVEL }, pino.destination(2));
const services = { ...(await longLivedServices(env, log)), upgrade: nodeUpgrade };
const app = createApp(() => services);
const scheduler = startScheduler(services, JOBS);
app.use(
  '*',
  serveStatic({
    root: CONSOLE,
    onFound: (_, c) => {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
    },
  }),
);

const server = serve(
  {
    fetch: app.fetch,
    hostname: '127.0.0.1',
    port: Number(process.env['PORT'] ?? 0),
    websocket: webSockets(),
  },
  ({ port }) => {
    if (process.send) process.send({ listening: port });
    else process.stdout.write(`listening on http://127.0.0.1:${port}\n`);
  },
);

function stop(): void {
  const jobsDone = scheduler.close();
  server.close(() => void jobsDone.then(() => services.db.close()).then(() => process.exit(0)));
  if ('closeAllConnections' in server) server.closeAllConnections();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
process.once('disconnect', stop);
