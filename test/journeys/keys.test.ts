/** A cluster's signing key and CA go through every phase and back while somebody works: no link drops, no byte is lost, and who comes anew gets in. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ClusterKeysView } from '../../schema/api/keys.ts';
import { Fabric } from '../fabric.ts';

const FABRIC = fileURLToPath(new URL('../../fabric', import.meta.url));
const Clusters = z.object({ clusters: z.array(z.object({ id: z.string() })) });
/** Renewals are spread over ten seconds. */
const PATIENCE_MS = 40_000;

let fabric: Fabric;
let cluster: string;
beforeAll(async () => {
  fabric = await Fabric.start('--runtime', 'node');
  expect((await fabric.login()).status).toBe(0);
  const { email, password, secretKey } = fabric.ready.platformOwner;
  const asked = [
    'login',
    '--api',
    fabric.ready.api,
    '--email',
    email,
    '--password-stdin',
    '--secret-key-stdin',
  ];
  expect((await asOwner(asked, `${password}\n${secretKey}\n`)).status).toBe(0);
  const settings = readFileSync(join(fabric.data, 'owner', 'settings.json'), 'utf8');
  const { accessToken } = z.object({ accessToken: z.string() }).parse(JSON.parse(settings));
  const response = await fetch(`${fabric.ready.api}/v1/platform/clusters`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  cluster = Clusters.parse(await response.json()).clusters[0]?.id ?? '';
});
afterAll(() => fabric?.[Symbol.asyncDispose]());

/** The platform's owner has a command line of their own. */
async function asOwner(
  args: string[],
  input = '',
): Promise<{ status: number; out: string; complaint: string }> {
  const env = { ...fabric.env, FABRIC_HOME: join(fabric.data, 'owner') };
  const child = spawn(FABRIC, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const [out, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status: status as number, out, complaint };
}

/** Tries until it need not wait any more. */
async function step(which: string, purpose: string, ...more: string[]): Promise<ClusterKeysView> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(500)) {
    const { status, out, complaint } = await asOwner([
      'keys',
      which,
      cluster,
      purpose,
      '--reason',
      'drill',
      '--json',
      ...more,
    ]);
    if (status === 0) return ClusterKeysView.parse(JSON.parse(out));
    if (!complaint.includes('"conflict"') || Date.now() > deadline)
      throw new Error(`${which} ${purpose}: ${complaint}`);
  }
}

/** Of all nodes, as their roles said it. */
function linksLost(): number {
  const folder = join(fabric.data, 'logs');
  const logs = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  expect(logs).toContain('link up');
  return logs.split('link down').length - 1;
}

/** Sends without an end and compares what comes back, as it comes. */
class Traffic {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #words: Promise<string>;
  readonly #sent = createHash('sha256');
  readonly #received = createHash('sha256');
  readonly #ended: Promise<unknown>;
  readonly #stop = new AbortController();
  readonly #sending: Promise<void>;
  bytes = 0;

  constructor() {
    this.#child = spawn(FABRIC, ['connect', 'demo-shell', '-v', '--', 'cat'], { env: fabric.env });
    this.#words = text(this.#child.stderr);
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#received.update(chunk);
      this.bytes += chunk.length;
    });
    this.#ended = once(this.#child, 'close');
    this.#sending = this.#send();
  }

  async #send(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const piece = randomBytes(20_000);
      this.#sent.update(piece);
      if (!this.#child.stdin.write(piece)) await once(this.#child.stdin, 'drain');
      await sleep(20);
    }
    this.#child.stdin.end();
  }

  async end(): Promise<{ same: boolean; words: string; status: number | null }> {
    this.#stop.abort();
    await this.#sending;
    await this.#ended;
    const same = this.#sent.digest('hex') === this.#received.digest('hex');
    return { same, words: await this.#words, status: this.#child.exitCode };
  }
}

/** Somebody who comes anew. */
async function comesIn(): Promise<void> {
  const { status, stdout, stderr } = await fabric.cli(['connect', 'demo-shell', '--', 'echo here']);
  expect({ status, said: stdout.toString(), stderr }).toMatchObject({ status: 0, said: 'here\n' });
}

type Steps = readonly (readonly [string, ...string[]])[];
const PATHS = {
  // What the old key signed may be in use for hours, hence `--force`: here nobody comes back by such a token.
  signing: [
    ['introduce'],
    ['back'],
    ['introduce'],
    ['activate'],
    ['back'],
    ['activate'],
    ['retire', '--force'],
    ['back'],
    ['retire', '--force'],
  ],
  ca: [['introduce'], ['activate'], ['back'], ['activate'], ['retire'], ['back'], ['retire']],
} as const satisfies Record<string, Steps>;

/** @returns the phases it has come to */
async function walk(purpose: string, steps: Steps, traffic: Traffic): Promise<string> {
  let phases = '';
  for (const [which, ...more] of steps) {
    const before = traffic.bytes;
    const { keys } = await step(which, purpose, ...more);
    phases = keys.flatMap((key) => (key.purpose === purpose ? [key.phase] : [])).join(' ');
    await expect.poll(() => traffic.bytes, { timeout: 10_000 }).toBeGreaterThan(before);
    // A token that was under way when its key was retired by force is refused: whoever forces chose that. So only this walk lets somebody in.
    if (which === 'retire' && purpose === 'signing') await comesIn();
  }
  return phases;
}

test('both at once, every phase and its way back, under load', { timeout: 170_000 }, async () => {
  const traffic = new Traffic();
  await expect.poll(() => traffic.bytes, { timeout: 20_000 }).toBeGreaterThan(100_000);
  const lost = linksLost();
  const reached = Object.entries(PATHS).map(([purpose, steps]) => walk(purpose, steps, traffic));
  expect(await Promise.all(reached)).toEqual(['retired active', 'retired active']);
  await comesIn();
  expect(linksLost()).toBe(lost);
  const { same, words, status } = await traffic.end();
  expect({ same, status, bytes: traffic.bytes > 1_000_000 }).toEqual({ same: true, status: 0, bytes: true });
  expect(words).not.toContain('reconnected');
});
