/** `npm start`: a whole fabric on one machine, as separate processes, until it is told to stop. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { masterSealer } from '../../edge/keys/envelope.ts';
import { initialize, migrate } from '../../edge/setup/setup.ts';
import { createDemo, Owner } from './demo.ts';
import { writeKits } from './kits.ts';
import { demoNodes, MOST_RELAYS, startNode, untilLinked } from './nodes.ts';
import { startPostgres } from './postgres.ts';
import { Processes } from './processes.ts';
import { readyBlock, readyLine } from './ready.ts';
import { startRedis } from './redis.ts';
import { SettingsFile } from './settings.ts';
import { startSshd } from './sshd.ts';

const HELP = `Usage: npm start -- [--data DIR] [--port N] [--relays N] [--runtime workerd|node] [--json]

Brings up the whole fabric on this machine: PostgreSQL, Redis, the control API, three or more nodes and a demo organization.

  --data DIR      where everything is kept (default .data in the repository)
  --port N        port of the console and the API (default 7443, or a free one when that is taken)
  --relays N      relays between entry and service node, 1 (default) to ${MOST_RELAYS}; with two, one may die under a live session
  --runtime NAME  what runs the control API: workerd (default) or node
  --json          one line of JSON on standard output when ready; for scripts: npm -s start -- --json

DATABASE_URL (an owner's connection) and UPSTASH_REDIS_REST_URL with UPSTASH_REDIS_REST_TOKEN replace the built-in servers.
Ctrl-C stops everything.
`;
const DEFAULT_PORT = 7443;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const RUNTIMES = {
  workerd: here('../../edge/setup/worker-process.ts'),
  node: here('../../edge/node.ts'),
} as const;

interface Options {
  readonly data: string;
  readonly port: number | undefined;
  readonly relays: number;
  readonly runtime: keyof typeof RUNTIMES;
  readonly json: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: here('../../.data') },
      port: { type: 'string' },
      relays: { type: 'string', default: '1' },
      runtime: { type: 'string', default: 'workerd' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stderr.write(HELP);
    process.exit(0);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  const relays = Number(values.relays);
  const wrong =
    !(values.runtime in RUNTIMES) ||
    !(Number.isInteger(relays) && relays >= 1 && relays <= MOST_RELAYS) ||
    (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536));
  if (wrong) {
    process.stderr.write(HELP);
    process.exit(2);
  }
  return {
    data: resolve(values.data),
    port,
    relays,
    runtime: values.runtime as keyof typeof RUNTIMES,
    json: values.json,
  };
}

const startedAt = performance.now();
function progress(text: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

async function bringUp(
  { data, port: wantedPort, relays, runtime, json }: Options,
  processes: Processes,
  settings: SettingsFile,
): Promise<void> {
  const { values } = settings;
  const leftovers = await processes.endLeftovers();
  if (leftovers.length > 0) progress(`ended what an earlier run left: ${leftovers.join(', ')}`);
  const port = await settings.port('api', wantedPort ?? values.ports['api'] ?? DEFAULT_PORT);
  if (wantedPort !== undefined && port !== wantedPort)
    throw new Error(`port ${wantedPort} is taken: choose another with --port`);
  const ports = {
    postgres: await settings.port('postgres'),
    redis: await settings.port('redis'),
    gateway: await settings.port('redis-gateway'),
    sshd: await settings.port('sshd'),
    page: await settings.port('demo-page'),
  };
  await settings.save();

  const external = process.env['DATABASE_URL'];
  const postgres =
    external === undefined
      ? await startPostgres(processes, data, ports.postgres, values.databasePassword)
      : undefined;
  progress(postgres ? 'PostgreSQL is up' : 'using the PostgreSQL in DATABASE_URL');
  const ownerUrl = postgres?.ownerUrl ?? external ?? '';
  const apiUrl = postgres?.url('fabric_api', values.apiPassword) ?? asApiRole(ownerUrl, values.apiPassword);
  await migrate(ownerUrl, values.apiPassword);
  const master = await masterSealer(values.masterKey);
  await initialize(apiUrl, master, { ...values.platformOwner, name: 'Platform Owner' });
  progress('the database is up to date');

  const upstash = process.env['UPSTASH_REDIS_REST_URL'];
  const redisUrl =
    upstash ??
    (await startRedis(processes, data, ports, { password: values.redisPassword, token: values.redisToken }));
  progress(
    upstash === undefined ? 'Redis and its gateway are up' : 'using the Redis in UPSTASH_REDIS_REST_URL',
  );

  const api = `http://127.0.0.1:${port}`;
  // A passkey belongs to a host name, never to an address.
  const console = `http://localhost:${port}`;
  await processes.fork('api', RUNTIMES[runtime], [], {
    ...process.env,
    DATABASE_URL: apiUrl,
    UPSTASH_REDIS_REST_URL: redisUrl,
    UPSTASH_REDIS_REST_TOKEN: process.env['UPSTASH_REDIS_REST_TOKEN'] ?? values.redisToken,
    FABRIC_MASTER_KEY: values.masterKey,
    FABRIC_PUBLIC_URL: console,
    // The others have no files of their own: name a bucket in FABRIC_OBJECTS.
    ...(runtime === 'node' && process.env['FABRIC_OBJECTS'] === undefined
      ? { FABRIC_OBJECTS: pathToFileURL(resolve(data, 'objects')).href }
      : {}),
    PORT: String(port),
  });
  progress(`the control API is up (${runtime})`);

  const sshd = await startSshd(processes, data, ports.sshd);
  await processes.fork('demo-page', here('./demo-page.ts'), [], { ...process.env, PORT: String(ports.page) });
  const owner = await Owner.signIn(api, values.platformOwner);
  values.demo ??= await createDemo(owner, values, { sshd, pagePort: ports.page, origins: [console, api] });
  await settings.save();
  progress('the demo organization is there');

  const { cluster } = values.demo;
  const setup = { processes, data, api, settings, owner, cluster };
  const nodes = await Promise.all(
    demoNodes(relays).map(async (node) => ({ ...node, localPort: await startNode(node, setup) })),
  );
  await settings.save();
  progress(`${nodes.length} nodes are enrolled`);
  await untilLinked(nodes);
  progress('the nodes have found each other');

  const facts = {
    api,
    console,
    ...values.owner,
    platformOwner: values.platformOwner,
    kits: await writeKits(data, console, [values.owner, values.user, values.platformOwner]),
    resources: ['demo-shell', 'this-host'],
    pids: processes.pids(),
  };
  if (json) process.stdout.write(`${readyLine(facts)}\n`);
  else process.stderr.write(readyBlock(facts));
}

function asApiRole(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = 'fabric_api';
  url.password = password;
  return url.href;
}

const options = readOptions();
mkdirSync(options.data, { recursive: true, mode: 0o755 });
const processes = new Processes(options.data);
try {
  processes.claim();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
const settings = new SettingsFile(options.data);

const told = Promise.withResolvers<'told'>();
let asked = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    asked += 1;
    if (asked > 2) process.exit(1);
    told.resolve('told');
  });
}

let status = 0;
try {
  await Promise.race([bringUp(options, processes, settings), processes.failed, told.promise]);
  await Promise.race([processes.failed, told.promise]);
} catch (error) {
  status = 1;
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
}
progress('stopping');
await processes.stop();
process.exit(status);
