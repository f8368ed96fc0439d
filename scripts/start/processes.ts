/**
 * Child processes of an installation: each with a log file and a pid file, told apart from strangers by its start time, stopped in reverse order. What a killed
 * run left behind is found by its pid file and ended.
 */
import { type ChildProcess, type ForkOptions, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_MS = 10_000;
const READY_MS = 60_000;

/** Clock ticks since boot at which a process began (proc(5), field 22): a pid that was used again has another. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

export class ProcessFailed extends Error {
  override readonly name = 'ProcessFailed';
}

export class Processes {
  readonly #folder: string;
  readonly #logs: string;
  readonly #running: { name: string; child: ChildProcess }[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #stopping = false;

  constructor(data: string) {
    this.#folder = join(data, 'run');
    this.#logs = join(data, 'logs');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    mkdirSync(this.#logs, { recursive: true, mode: 0o700 });
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when a process ends that should run. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  pids(): Record<string, number> {
    return Object.fromEntries(
      this.#running.flatMap(({ name, child }) => (child.pid === undefined ? [] : [[name, child.pid]])),
    );
  }

  /** A Node program of ours; resolves with its first IPC message, which says that it is ready. */
  async fork(
    name: string,
    module: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<Record<string, unknown>> {
    const options: ForkOptions = { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] };
    const child = fork(module, args, options);
    this.#adopt(name, child);
    const ready = once(child, 'message', { signal: AbortSignal.timeout(READY_MS) }).then(
      ([message]) => message as Record<string, unknown>,
    );
    return Promise.race([ready, this.#ended(name, child)]);
  }

  /** Another program; the caller finds out when it is ready. */
  spawn(
    name: string,
    program: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): ChildProcess {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#adopt(name, child);
    return child;
  }

  /** Waits until `check` is true, or the process ends. */
  async until(name: string, child: ChildProcess, check: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_MS;
    const ended = this.#ended(name, child);
    ended.catch(() => {});
    const poll = async () => {
      while (!(await check())) {
        if (Date.now() > deadline)
          throw new ProcessFailed(
            `${name} was not ready in ${READY_MS / 1000} seconds: see ${this.logOf(name)}`,
          );
        await sleep(50);
      }
    };
    await Promise.race([poll(), ended]);
  }

  logOf(name: string): string {
    return join(this.#logs, `${name}.log`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { name, child } of [...this.#running].reverse()) {
      await endChild(child);
      rmSync(join(this.#folder, `${name}.pid`), { force: true });
    }
    rmSync(join(this.#folder, 'owner'), { force: true });
  }

  /** One run per data folder. @throws ProcessFailed when another lives */
  claim(): void {
    const path = join(this.#folder, 'owner');
    const [pid = '', started = ''] = existsSync(path) ? readFileSync(path, 'utf8').split(' ') : [];
    if (started !== '' && startTime(Number(pid)) === started) {
      throw new ProcessFailed(
        `this data folder is in use by process ${pid}: stop it first, or choose another with --data`,
      );
    }
    writeFileSync(path, `${process.pid} ${startTime(process.pid)}`, { mode: 0o600 });
  }

  /** Ends what an earlier run left behind when it was killed. */
  async endLeftovers(): Promise<string[]> {
    const ended: string[] = [];
    for (const file of readdirSync(this.#folder).filter((name) => name.endsWith('.pid'))) {
      const path = join(this.#folder, file);
      const [pid = '', started = ''] = readFileSync(path, 'utf8').split(' ');
      if (startTime(Number(pid)) === started && started !== '') {
        await endPid(Number(pid), started);
        ended.push(file.slice(0, -4));
      }
      rmSync(path, { force: true });
    }
    return ended;
  }

  #remember(name: string, pid: number): void {
    const started = startTime(pid);
    if (started !== undefined)
      writeFileSync(join(this.#folder, `${name}.pid`), `${pid} ${started}`, { mode: 0o600 });
  }

  #adopt(name: string, child: ChildProcess): void {
    const log = createWriteStream(this.logOf(name), { flags: 'a', mode: 0o600 });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    if (child.pid !== undefined) this.#remember(name, child.pid);
    this.#running.push({ name, child });
    this.#ended(name, child).catch((error: unknown) => {
      if (!this.#stopping) this.#failed.reject(error);
    });
  }

  async #ended(name: string, child: ChildProcess): Promise<never> {
    const how = await Promise.race([
      once(child, 'exit').then(([code, signal]) => `ended (${signal ?? `status ${code}`})`),
      once(child, 'error').then(([error]) => `did not start: ${error}`),
    ]);
    throw new ProcessFailed(`${name} ${how}: see ${this.logOf(name)}\n${lastLines(this.logOf(name))}`);
  }
}

function lastLines(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-5).join('\n') : '';
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(late);
}

async function endPid(pid: number, started: string): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch {
      // Gone already.
    }
  };
  signal('SIGTERM');
  for (const deadline = Date.now() + STOP_MS; startTime(pid) === started; await sleep(50)) {
    if (Date.now() > deadline) signal('SIGKILL');
  }
}
