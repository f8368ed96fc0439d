/** A whole fabric from the real `npm start`, on a data folder and port of its own, and the `fabric` command line against it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generateKeyPair } from 'jose';
import postgres from 'postgres';
import { z } from 'zod';
import { Me } from '../schema/api/auth.ts';
import { ResourceList } from '../schema/api/resources.ts';
import { SessionTicket } from '../schema/api/sessions.ts';
import { publicClientKey } from '../schema/tokens/proof.ts';
import { freePort } from '../scripts/start/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const START_MS = 120_000;
const STOP_MS = 40_000;
const REAPED_MS = 2_000;

export const Ready = z.object({
  ready: z.literal(true),
  api: z.url(),
  console: z.url(),
  email: z.string(),
  password: z.string(),
  secretKey: z.string(),
  platformOwner: z.object({ email: z.string(), password: z.string(), secretKey: z.string() }),
  resources: z.array(z.string()),
  pids: z.record(z.string(), z.number()),
});
export type Ready = z.infer<typeof Ready>;

export interface Ran {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export class Fabric implements AsyncDisposable {
  readonly data: string;
  readonly port: number;
  /** What a person's command line and programs see. */
  readonly env: NodeJS.ProcessEnv;
  readonly #arguments: readonly string[];
  #child: ChildProcess | undefined;
  #ready: Ready | undefined;

  static async start(...args: string[]): Promise<Fabric> {
    const data = mkdtempSync(join(tmpdir(), 'fabric-'));
    chmodSync(data, 0o755);
    const fabric = new Fabric(data, (await freePort(0)) ?? 0, args);
    await fabric.up();
    return fabric;
  }

  constructor(data: string, port: number, args: readonly string[]) {
    this.data = data;
    this.port = port;
    this.#arguments = args;
    this.env = { ...process.env, FABRIC_HOME: join(data, 'home'), PATH: `${root}:${process.env['PATH']}` };
  }

  get ready(): Ready {
    if (!this.#ready) throw new Error('the fabric is not up');
    return this.#ready;
  }

  /** @returns the milliseconds it took */
  async up(): Promise<number> {
    const startedAt = performance.now();
    const args = [
      'scripts/bootstrap.mjs',
      'start',
      '--json',
      '--data',
      this.data,
      '--port',
      String(this.port),
      ...this.#arguments,
    ];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const complaints = text(child.stderr);
    const lines: string[] = [];
    const line = new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        lines.push(chunk.toString());
        if (lines.join('').includes('\n')) resolve(lines.join(''));
      });
    });
    const ended = once(child, 'exit').then(async () => {
      throw new Error(`npm start ended:\n${await complaints}`);
    });
    ended.catch(() => {});
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('npm start took too long')), START_MS).unref(),
    );
    this.#ready = Ready.parse(JSON.parse(await Promise.race([line, ended, late])));
    return performance.now() - startedAt;
  }

  /** @returns the exit status; throws when a process of it is left */
  async down(): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const pids = [...Object.values(this.ready.pids), ...this.#roles()];
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
    child.kill('SIGTERM');
    await exited;
    // One that has ended is in the table until its parent, or whoever inherits it, has looked.
    for (const deadline = Date.now() + REAPED_MS; pids.some(isAlive) && Date.now() < deadline; )
      await sleep(20);
    const left = pids.filter(isAlive);
    if (left.length > 0) throw new Error(`processes were left: ${left.map(describe).join(', ')}`);
    return child.exitCode;
  }

  /** Kills the whole installation's first process, as a power cut would, and waits until it is gone. */
  async killStart(): Promise<void> {
    const child = this.#child;
    const main = Number(readFileSync(join(this.data, 'run', 'owner'), 'utf8').split(' ')[0]);
    process.kill(main, 'SIGKILL');
    if (child && child.exitCode === null) await once(child, 'exit');
  }

  /** When an installation ends by itself: its exit status. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child && child.exitCode === null) await once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
    return child?.exitCode ?? null;
  }

  async login(
    email = this.ready.email,
    password = this.ready.password,
    secretKey = this.ready.secretKey,
  ): Promise<Ran> {
    return this.cli(
      ['login', '--api', this.ready.api, '--email', email, '--password-stdin', '--secret-key-stdin'],
      `${password}\n${secretKey}\n`,
    );
  }

  /** As if everyone had proven who they are an hour ago, and their access tokens had run out since. */
  async ageProofs(): Promise<void> {
    const Kept = z.object({ databasePassword: z.string(), ports: z.record(z.string(), z.number()) });
    const { databasePassword, ports } = Kept.parse(
      JSON.parse(readFileSync(join(this.data, 'settings.json'), 'utf8')),
    );
    const url = `postgres://postgres:${databasePassword}@127.0.0.1:${ports['postgres']}/fabric`;
    const owner = postgres(url, { max: 1 });
    await owner`update sign_ins set authenticated_at = authenticated_at - interval '1 hour'`;
    await owner.end();
    const path = join(this.data, 'home', 'settings.json');
    const known: object = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...known, accessExpiresAt: 0 }));
  }

  /** Asks the API as the command line's user does, whose `login` came before. */
  async call(path: string, body?: object): Promise<unknown> {
    const settings = readFileSync(join(this.data, 'home', 'settings.json'), 'utf8');
    const { accessToken } = z.object({ accessToken: z.string() }).parse(JSON.parse(settings));
    const response = await fetch(`${this.ready.api}${path}`, {
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    });
    return response.status === 204 ? undefined : response.json();
  }

  /** A ticket for a new session, and the key it is bound to. */
  async ticket(resource: string): Promise<{ ticket: SessionTicket; keys: CryptoKeyPair }> {
    const [org] = Me.parse(await this.call('/v1/me')).organizations;
    const { resources } = ResourceList.parse(await this.call(`/v1/orgs/${org?.id}/resources`));
    const keys = await generateKeyPair('EdDSA');
    const body = {
      resource: resources.find(({ name }) => name === resource)?.id,
      key: await publicClientKey(keys.publicKey),
    };
    return { ticket: SessionTicket.parse(await this.call(`/v1/orgs/${org?.id}/sessions`, body)), keys };
  }

  /** Runs the `fabric` command line. */
  cli(args: readonly string[], input: string | Uint8Array = ''): Promise<Ran> {
    return this.run(join(root, 'fabric'), args, input);
  }

  async run(program: string, args: readonly string[], input: string | Uint8Array = ''): Promise<Ran> {
    const child = spawn(program, args, { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [stdout, stderr, [status]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { status: status as number, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Processes that run roles: children of the agents. */
  #roles(): number[] {
    const agents = Object.entries(this.ready.pids).flatMap(([name, pid]) =>
      name.startsWith('node-') ? [pid] : [],
    );
    return readdirSync('/proc').flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return agents.includes(parent) ? [Number(entry)] : [];
      } catch {
        return [];
      }
    });
  }
}

function describe(pid: number): string {
  try {
    const [state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').slice(-1);
    return `${pid} (${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}: ${state?.[0]})`;
  } catch {
    return String(pid);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
