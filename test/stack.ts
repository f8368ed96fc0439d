/** The control API as a process of its own on one of its runtimes, with the real PostgreSQL, Redis and gateway beside it; each part can be killed and started again. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { masterSealer } from '../edge/keys/envelope.ts';
import { initialize, migrate } from '../edge/setup/setup.ts';
import { type PostgresServer, startPostgres } from '../scripts/start/postgres.ts';
import { Processes } from '../scripts/start/processes.ts';
import { accepts, startRedis } from '../scripts/start/redis.ts';
import { freePort } from '../scripts/start/settings.ts';
import { ControlApi } from './integration/control-api.ts';
import { MASTER_KEY, PLATFORM_OWNER, type TestDatabase } from './integration/database.ts';

export const RUNTIMES = ['node', 'workerd', 'deno'] as const;
export type Runtime = (typeof RUNTIMES)[number];
export type Part = 'postgres' | 'redis' | 'api';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const DENO = here('../node_modules/@deno/linux-x64-glibc/deno');
const ENTRY = {
  node: here('../edge/node.ts'),
  workerd: here('../edge/setup/worker-process.ts'),
  deno: here('../edge/deno.ts'),
} as const satisfies Record<Runtime, string>;
const SECRETS = { password: 'redis-password', token: 'redis-token' };
const REVIVE_MS = 30_000;

/** The same calls as in this process, over HTTP. */
export class RemoteApi extends ControlApi {
  readonly origin: string;
  constructor(database: TestDatabase, origin: string) {
    super(database);
    this.origin = origin;
  }
  override request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, init);
  }
}

/** Pid, state and parent as proc(5) has them. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((each) => each > 0 && statOf(each)?.parent === pid);
}

function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z';
}

export class Stack implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly origin: string;
  readonly #runtime: Runtime;
  readonly #folder: string;
  readonly #processes: Processes;
  readonly #ports: Record<Part | 'gateway', number>;
  #env: NodeJS.ProcessEnv;
  #api: ChildProcess | undefined;
  #said = '';

  /** @param bindings what the API is given beside the usual */
  static async start(runtime: Runtime, bindings: Readonly<Record<string, string>> = {}): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), 'fabric-stack-'));
    chmodSync(folder, 0o755);
    const port = async () => (await freePort(0)) ?? 0;
    const ports = { postgres: await port(), redis: await port(), gateway: await port(), api: await port() };
    const processes = new Processes(folder);
    processes.failed.catch(() => {});
    const server = await startPostgres(processes, folder, ports.postgres, 'owner-password');
    await migrate(server.ownerUrl, 'api-password');
    const stack = new Stack(runtime, folder, processes, ports, server, await masterSealer(MASTER_KEY));
    await initialize(stack.database.apiUrl, stack.database.master, PLATFORM_OWNER);
    const redis = await startRedis(processes, folder, ports, SECRETS);
    stack.#env = { ...stack.#env, UPSTASH_REDIS_REST_URL: redis, ...bindings };
    await stack.#startApi();
    return stack;
  }

  private constructor(
    runtime: Runtime,
    folder: string,
    processes: Processes,
    ports: Record<Part | 'gateway', number>,
    server: PostgresServer,
    master: TestDatabase['master'],
  ) {
    this.#runtime = runtime;
    this.#folder = folder;
    this.#processes = processes;
    this.#ports = ports;
    this.origin = `http://127.0.0.1:${ports.api}`;
    const apiUrl = server.url('fabric_api', 'api-password');
    this.database = { ownerUrl: server.ownerUrl, apiUrl, master, [Symbol.asyncDispose]: async () => {} };
    this.#env = {
      ...process.env,
      DATABASE_URL: apiUrl,
      UPSTASH_REDIS_REST_TOKEN: SECRETS.token,
      FABRIC_MASTER_KEY: MASTER_KEY,
      FABRIC_PUBLIC_URL: this.origin,
      LOG_LEVEL: 'silent',
      PORT: String(ports.api),
    };
  }

  client(): RemoteApi {
    return new RemoteApi(this.database, this.origin);
  }

  /** How the API ended, when it did, and the last it said. */
  get apiExit(): string | undefined {
    const api = this.#api;
    if (!api || (api.exitCode === null && api.signalCode === null)) return undefined;
    return `ended (${api.signalCode ?? `status ${api.exitCode}`}): ${this.#said}`;
  }

  /** As a power cut would: no part gets to say goodbye. */
  async kill(part: Part): Promise<void> {
    const pid = part === 'api' ? this.#api?.pid : this.#processes.pids()[part];
    if (pid === undefined) return;
    // PostgreSQL's backends would go on for a moment without their parent; a power cut takes them all.
    const all = [pid, ...childrenOf(pid)];
    for (const each of all) process.kill(each, 'SIGKILL');
    while (all.some(isRunning)) await sleep(20);
    while (await accepts(this.#ports[part])) await sleep(20);
  }

  /** What watches over the processes in production does this; nobody looks at the data. */
  async revive(part: Part): Promise<void> {
    if (part === 'api') return this.#startApi();
    const deadline = Date.now() + REVIVE_MS;
    for (;;) {
      try {
        if (part === 'postgres')
          await startPostgres(this.#processes, this.#folder, this.#ports.postgres, 'owner-password');
        else {
          const child = this.#processes.spawn('redis', 'redis-server', [`${this.#folder}/redis.conf`]);
          await this.#processes.until('redis', child, () => accepts(this.#ports.redis));
        }
        return;
      } catch (error) {
        // Its killed parent's children take a moment to notice.
        if (Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
  }

  async #startApi(): Promise<void> {
    const module = ENTRY[this.#runtime];
    const child =
      this.#runtime === 'deno'
        ? spawn(
            DENO,
            ['run', '--no-prompt', '--allow-net', '--allow-env', '--allow-read', '--allow-sys', module],
            {
              env: this.#env,
              cwd: here('..'),
              stdio: ['ignore', 'pipe', 'pipe'],
            },
          )
        : fork(module, [], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    this.#api = child;
    this.#said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-4000);
      });
    const ended = once(child, 'exit');
    for (const deadline = Date.now() + REVIVE_MS; ; await sleep(20)) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the API did not start on ${this.#runtime}:\n${this.#said}`);
      const up = await fetch(`${this.origin}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (up) break;
    }
    ended.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const api = this.#api;
    if (api && api.exitCode === null && api.signalCode === null) {
      const exited = once(api, 'exit');
      api.kill('SIGTERM');
      const late = setTimeout(() => api.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(late);
    }
    await this.#processes.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
