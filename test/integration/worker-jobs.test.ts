/** The Worker in workerd: its cron trigger runs the background jobs. */
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { expect, test, vi } from 'vitest';
import { JOBS } from '../../edge/jobs/registry.ts';
import { MASTER_KEY, startDatabase } from './database.ts';

process.env['WRANGLER_SEND_METRICS'] = 'false';
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false';
process.env['WRANGLER_HIDE_BANNER'] = 'true';

test('a cron trigger runs every job, without a failure', async () => {
  await using database = await startDatabase();
  const { unstable_startWorker: startWorker } = await import('wrangler');
  const values = {
    DATABASE_URL: database.apiUrl,
    UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9',
    UPSTASH_REDIS_REST_TOKEN: 'x',
    FABRIC_MASTER_KEY: MASTER_KEY,
    FABRIC_PUBLIC_URL: 'http://127.0.0.1:7443',
    LOG_LEVEL: 'error',
  };
  const bindings = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { type: 'plain_text' as const, value }]),
  );
  const worker = await startWorker({
    config: fileURLToPath(new URL('../../wrangler.toml', import.meta.url)),
    bindings,
    build: { nodejsCompatMode: 'v2' },
    dev: {
      server: { hostname: '127.0.0.1', port: 0 },
      inspector: false,
      watch: false,
      logLevel: 'error',
      persist: false,
      testScheduled: true,
    },
  });
  const owner = postgres(database.ownerUrl, { max: 1 });
  try {
    await worker.ready;
    const url = new URL('/__scheduled?cron=*+*+*+*+*', await worker.url);
    // It goes on for most of a minute; what is wanted is seen long before.
    let answer = 'none yet';
    fetch(url).then(
      async (response) => {
        answer = `${response.status} ${await response.text()}`;
      },
      () => {},
    );
    await vi.waitFor(
      async () => {
        const rows = await owner`select name, failures, error from jobs where runs > 0 order by name`;
        expect(
          rows.map(({ name }) => name),
          `the trigger answered: ${answer}`,
        ).toEqual(JOBS.map(({ name }) => name).sort());
        expect(rows.filter(({ failures }) => failures !== 0)).toEqual([]);
      },
      { timeout: 30_000, interval: 200 },
    );
  } finally {
    await worker.dispose();
    await owner.end();
  }
});
