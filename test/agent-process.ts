/** An agent as the process it is, against a real control plane on a real PostgreSQL: started, killed without warning, started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { writeAtomically } from '../agent/atomic-file.ts';
import { verifyAudit } from '../agent/audit/verify.ts';
import { IdentityStore } from '../agent/identity/identity.ts';
import type { AgentStatus } from '../agent/local-api/status.ts';
import { agentProgram } from '../agent/program.ts';
import { SnapshotStore } from '../agent/snapshot/store.ts';
import { createApp } from '../edge/app.ts';
import { nodeUpgrade, webSockets } from '../edge/node-upgrade.ts';
import { freePort } from '../scripts/start/settings.ts';
import { ControlApi } from './integration/control-api.ts';
import { startDatabase, type TestDatabase } from './integration/database.ts';

const MAIN = agentProgram();
const DAY = 86_400_000;
const WELL_MS = 30_000;
/** A certificate lives 13 days and is renewed after two thirds of it. */
const OLD_DAYS = 10;

/** The control API over HTTP on a port of its own, with one cluster. */
export class TestControl implements AsyncDisposable {
  readonly api: ControlApi;
  readonly url: string;
  readonly #database: TestDatabase;
  readonly #close: () => Promise<void>;
  readonly #platform: string;
  readonly #cluster: string;

  static async start(): Promise<TestControl> {
    const database = await startDatabase();
    const api = new ControlApi(database);
    const platform = (await api.signIn()).accessToken as string;
    const made = await api.call('POST', '/v1/platform/clusters', { name: 'one', origins: [] }, platform);
    const services = { ...api.services, upgrade: nodeUpgrade };
    const app = createApp(() => services);
    const port = (await freePort(0)) ?? 0;
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port, websocket: webSockets() });
    await once(server, 'listening');
    const close = async () => {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    };
    return new TestControl(
      api,
      database,
      platform,
      made.body.id as string,
      `http://127.0.0.1:${port}`,
      close,
    );
  }

  private constructor(
    api: ControlApi,
    database: TestDatabase,
    platform: string,
    cluster: string,
    url: string,
    close: () => Promise<void>,
  ) {
    this.api = api;
    this.url = url;
    this.#database = database;
    this.#platform = platform;
    this.#cluster = cluster;
    this.#close = close;
  }

  /** As the platform's owner, below the cluster's path. */
  async platform(method: string, path: string, body?: object) {
    return this.api.call(method, `/v1/platform/clusters/${this.#cluster}${path}`, body, this.#platform);
  }

  /** A bootstrap token for a relay, good for many tries: a node that is killed after the control plane took it has spent one. */
  async token(uses = 100): Promise<string> {
    return this.#alone(() => this.#makeToken(uses));
  }

  async #makeToken(uses: number): Promise<string> {
    const path = `/v1/platform/clusters/${this.#cluster}/bootstrap-tokens`;
    const answer = await this.api.call(
      'POST',
      path,
      { roles: ['relay'], uses, approval: 'automatic' },
      this.#platform,
    );
    return answer.body.token as string;
  }

  #last: Promise<unknown> = Promise.resolve();
  /** While the clock is put back nobody else makes a token: it would have expired long ago. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** What counts up the version of every other node's snapshot: another relay comes. */
  async addNeighbour(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'neighbour-'));
    await this.#enrolInto(folder, `other-${crypto.randomUUID().slice(0, 8)}`);
    rmSync(folder, { recursive: true });
  }

  /** Enrols at a time when the certificate given is due for renewal now. */
  async enrolLongAgo(folder: string, name: string): Promise<void> {
    await this.#alone(async () => {
      this.api.now = Date.now() - OLD_DAYS * DAY;
      await this.#enrolInto(folder, name);
      this.api.now = Date.now();
    });
  }

  async #enrolInto(folder: string, name: string): Promise<void> {
    const store = new IdentityStore(folder);
    const key = await store.key(name);
    const request = { token: await this.#makeToken(1), name, csr: await key.csr(), sealKey: key.sealKey };
    const { body, status } = await this.api.call('POST', '/v1/nodes/enrol', request);
    if (status !== 201) throw new Error(`enrolment: ${JSON.stringify(body)}`);
    await store.keep(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.api[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}

/** One agent's folder and, most of the time, its process. */
export class AgentProcess implements AsyncDisposable {
  readonly data = mkdtempSync(join(tmpdir(), 'agent-'));
  readonly localPort: number;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #said = '';

  /** @param token another than one that lets a relay in without being asked */
  static async make(
    control: TestControl,
    name: string,
    more: object = {},
    token?: string,
  ): Promise<AgentProcess> {
    const [listenPort, localPort] = [await freePort(0), await freePort(0)];
    const agent = new AgentProcess(localPort ?? 0, token ?? (await control.token()));
    const settings = { api: control.url, name, listenPort, localPort, logLevel: 'warn', ...more };
    await writeAtomically(join(agent.data, 'agent.json'), JSON.stringify(settings));
    return agent;
  }

  private constructor(localPort: number, token: string) {
    this.localPort = localPort;
    this.#env = { ...process.env, FABRIC_AGENT_BOOTSTRAP_TOKEN: token };
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What it said on standard error, the newest part. */
  get said(): string {
    return this.#said;
  }

  up(nodeArguments: readonly string[] = []): void {
    const child = spawn(process.execPath, [...nodeArguments, MAIN, '--data', this.data], {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-20_000);
    });
    this.#child = child;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Resolves at the so many-th change under its folder, or when so much time has passed. */
  async changed(times: number, mostMs: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    let seen = 0;
    const watcher = watch(this.data, { recursive: true }, () => {
      seen += 1;
      if (seen >= times) done.resolve();
    });
    const late = setTimeout(done.resolve, mostMs);
    await done.promise;
    clearTimeout(late);
    watcher.close();
  }

  async status(): Promise<AgentStatus | undefined> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.localPort}/status`, {
        signal: AbortSignal.timeout(2_000),
      });
      return (await answer.json()) as AgentStatus;
    } catch {
      return undefined;
    }
  }

  /** Enrolled, its role up, the control plane reached. @throws Error with what it said, when that takes too long */
  async well(): Promise<AgentStatus> {
    const deadline = Date.now() + WELL_MS;
    for (let last: AgentStatus | undefined; ; last = await this.status()) {
      const isWell =
        last?.enrolled &&
        last.standing === 'connected' &&
        last.roles.length > 0 &&
        last.roles.every((role) => role.ready);
      if (last && isWell) return last;
      if (Date.now() > deadline)
        throw new Error(`the agent is not well: ${JSON.stringify(last)}\n${this.#said}`);
      await sleep(50);
    }
  }

  /** What is on disk now, without the agent: each file is whole or not there. @returns what is wrong */
  async wrongOnDisk(): Promise<string[]> {
    const wrong: string[] = [];
    const has = (name: string) => existsSync(join(this.data, name));
    const store = new IdentityStore(this.data);
    const enrolment = await store.enrolment();
    if (has('identity/enrolment.json') && !enrolment) wrong.push('the enrolment is not whole');
    if (enrolment && has('snapshot.jws')) {
      const identity = { enrolment, key: await store.key('x') };
      const snapshot = await new SnapshotStore({ data: this.data, identity: () => identity }).load(
        Date.now(),
      );
      if (!snapshot) wrong.push('the snapshot is not whole');
    }
    if (has('state.json')) JSON.parse(readFileSync(join(this.data, 'state.json'), 'utf8'));
    const verdict = verifyAudit(join(this.data, 'audit'));
    if (!verdict.ok && verdict.reason !== 'the last line is cut off') wrong.push(`audit: ${verdict.reason}`);
    return wrong;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.data, { recursive: true, force: true });
  }
}

export const MOMENTS = ['enrol', 'renew', 'snapshot', 'role'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface KillOutcome {
  /** Fewer than asked for when it was told to stop. */
  readonly runs: number;
  readonly wrong: readonly string[];
  /** From the start after the kill to being well, milliseconds. */
  readonly backMs: readonly number[];
}

/**
 * Kills the agent while it does one thing, so many times, each time at a random change of its folder or a random time; then lets it run and looks whether it is
 * well by itself. `random` is in [0, 1).
 */
export async function killAt(
  control: TestControl,
  moment: Moment,
  runs: number,
  random: () => number,
  signal: AbortSignal = new AbortController().signal,
): Promise<KillOutcome> {
  const wrong: string[] = [];
  const backMs: number[] = [];
  let run = 0;
  for (; run < runs && !signal.aborted; run += 1) {
    const name = `${moment}-${crypto.randomUUID().slice(0, 8)}`;
    await using agent = await AgentProcess.make(control, name);
    await prepare(control, agent, name, moment);
    agent.up();
    await (run % 2 === 0
      ? agent.changed(1 + Math.floor(random() * 14), 4_000)
      : sleep(Math.floor(random() * 2_500)));
    if (moment === 'snapshot') {
      await agent.well();
      await control.addNeighbour();
      await sleep(Math.floor(random() * 900));
    }
    await agent.kill();
    const found = await agent.wrongOnDisk();
    wrong.push(...found.map((text) => `${moment} ${run}: ${text}`));
    const startedAt = performance.now();
    agent.up();
    await agent.well().then(
      () => backMs.push(performance.now() - startedAt),
      (error: unknown) => wrong.push(`${moment} ${run}: ${String(error)}`),
    );
    if (moment === 'renew' && !(await isRenewed(agent)))
      wrong.push(`renew ${run}: the certificate is the old one`);
  }
  return { runs: run, wrong, backMs };
}

async function prepare(
  control: TestControl,
  agent: AgentProcess,
  name: string,
  moment: Moment,
): Promise<void> {
  mkdirSync(join(agent.data, 'identity'), { recursive: true, mode: 0o700 });
  if (moment === 'renew') await control.enrolLongAgo(agent.data, name);
  if (moment !== 'role') return;
  // Enrolled and with a snapshot: what is left to do is to start its role.
  agent.up();
  await agent.well();
  await agent.kill();
}

async function isRenewed(agent: AgentProcess): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    const until = (await agent.status())?.certificateExpiresAt ?? 0;
    if (until > Date.now() + OLD_DAYS * DAY) return true;
    await sleep(50);
  }
  return false;
}
