/** Runs the Worker in workerd on this machine, offline: bindings and PORT from the environment. Tells its parent, or standard output, when it listens. */
import { fileURLToPath } from 'node:url';

process.env['WRANGLER_SEND_METRICS'] = 'false';
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false';
process.env['WRANGLER_HIDE_BANNER'] = 'true';
process.env['WRANGLER_LOG'] ??= 'error';

const { unstable_startWorker: startWorker } = await import('wrangler');
const { readEnv } = await import('../env.ts');
const { startNodeJobs } = await import('../node-jobs.ts');

const root = fileURLToPath(new URL('../..', import.meta.url));
const env = readEnv(process.env);
const bindings = Object.fromEntries(
  Object.entries(env).map(([name, value]) => [name, { type: 'plain_text' as const, value: String(value) }]),
);
const worker = await startWorker({
  config: `${root}/wrangler.toml`,
  bindings,
  // What `wrangler deploy` makes of the flag and date in wrangler.toml; this call would build without Node's modules.
  build: { nodejsCompatMode: 'v2' },
  dev: {
    server: { hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) },
    inspector: false,
    liveReload: false,
    watch: false,
    logLevel: 'error',
    persist: false,
  },
});
const { port } = await worker.url;
await worker.ready;
// No cron trigger comes here. Run beside the Worker, in Node, jobs come sooner, and webhooks go only to addresses that were checked.
const jobs = await startNodeJobs(env);
if (process.send) process.send({ listening: Number(port) });
else process.stdout.write(`listening on http://127.0.0.1:${port}\n`);

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  void Promise.allSettled([jobs.close(), worker.dispose()]).finally(() => process.exit(0));
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
process.once('disconnect', stop);
