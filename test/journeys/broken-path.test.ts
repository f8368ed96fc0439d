/** Processes on the path are killed in the middle of a transfer: every byte arrives, once and in order, and a person sees a pause. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Me } from '../../schema/api/auth.ts';
import { Fabric } from '../fabric.ts';

const FABRIC = fileURLToPath(new URL('../../fabric', import.meta.url));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const Status = z.object({ roles: z.array(z.object({ pid: z.number().optional(), ready: z.boolean() })) });

let fabric: Fabric;
let echo: Server;
beforeAll(async () => {
  fabric = await Fabric.start();
  expect((await fabric.login()).status).toBe(0);
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const [org] = Me.parse(await fabric.call('/v1/me')).organizations;
  const target = { protocol: 'tcp', host: '127.0.0.1', port: (echo.address() as AddressInfo).port };
  const path = `/v1/orgs/${org?.id}/resources`;
  const body = { name: 'echo', egressPool: 'demo', target };
  const { id } = z.object({ id: z.string() }).parse(await fabric.call(path, body));
  await fabric.call(`${path}/${id}/grants`, { to: { type: 'role', role: 'organization_owner' } });
});
afterAll(async () => {
  echo?.close();
  await fabric?.[Symbol.asyncDispose]();
});

async function status(node: string) {
  const text = readFileSync(join(fabric.data, 'nodes', node, 'agent.json'), 'utf8');
  const { localPort } = z.object({ localPort: z.number() }).parse(JSON.parse(text));
  return Status.parse(await (await fetch(`http://127.0.0.1:${localPort}/status`)).json());
}

/** Kills the process of a node's role; its supervisor starts another. */
async function killRole(node: 'relay' | 'entry'): Promise<void> {
  const pid = (await status(node)).roles[0]?.pid;
  if (!pid) throw new Error(`${node} has no process`);
  process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await status(node)).roles[0]?.pid, { timeout: 20_000 }).not.toBe(pid);
}

/** Sends bytes bit by bit; halfway something happens, and again. */
async function feed(input: Writable, bytes: Uint8Array, deeds: (() => Promise<void>)[]): Promise<void> {
  const pieces = 60;
  const size = Math.ceil(bytes.length / pieces);
  const every = Math.floor(pieces / (deeds.length + 1));
  let done: Promise<unknown> = Promise.resolve();
  for (let piece = 0; piece < pieces; piece += 1) {
    if (!input.write(bytes.subarray(piece * size, (piece + 1) * size))) await once(input, 'drain');
    await sleep(25);
    if ((piece + 1) % every !== 0) continue;
    await done;
    done = deeds.shift()?.() ?? done;
  }
  await done;
  input.end();
}

async function collect(output: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function fabricCommand(args: string[]): ChildProcessWithoutNullStreams {
  return spawn(FABRIC, args, { env: fabric.env });
}

test('a command: relay and entry killed under it, the control API silent, 6 MB there and back', async () => {
  const bytes = randomBytes(6_000_000);
  const child = fabricCommand(['connect', 'demo-shell', '-v', '--', 'cat']);
  const [output, words] = [collect(child.stdout), collect(child.stderr)];
  const api = fabric.ready.pids['api'] ?? 0;
  await once(child.stderr, 'data');
  try {
    await feed(child.stdin, bytes, [
      () => killRole('relay'),
      () => killRole('entry'),
      async () => {
        process.kill(api, 'SIGSTOP');
        await killRole('relay');
      },
    ]);
    const got = await output;
    if (child.exitCode === null) await once(child, 'exit');
    const said = (await words).toString();
    // All in one, so that a failure tells a loss that was owned to from one that was not.
    expect({ exit: child.exitCode, length: got.length, sha256: sha256(got), said }).toEqual({
      exit: 0,
      length: bytes.length,
      sha256: sha256(bytes),
      said: expect.stringContaining('reconnected after'),
    });
  } finally {
    process.kill(api, 'SIGCONT');
  }
});

test("people's own ssh over --stdio survives the relay", async () => {
  const bytes = randomBytes(4_000_000);
  const known = join(fabric.data, 'known');
  const options = [
    ['ProxyCommand', `${FABRIC} connect demo-shell --stdio`],
    ['IdentityFile', join(fabric.data, 'sshd', 'user_key')],
    ['UserKnownHostsFile', known],
    ['StrictHostKeyChecking', 'accept-new'],
    ['BatchMode', 'yes'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const child = spawn('ssh', [...options, `${userInfo().username}@demo-shell`, 'cat'], { env: fabric.env });
  const output = collect(child.stdout);
  await feed(child.stdin, bytes, [() => killRole('relay')]);
  expect(sha256(await output)).toBe(sha256(bytes));
});

test('connections of a forwarded port survive relay and entry', async () => {
  const child = fabricCommand(['forward', 'echo', '127.0.0.1:0', '--json']);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(line.toString()).listening;
  const deeds = [() => killRole('relay'), () => killRole('entry')];
  const connections = [0, 1, 2].map(async (at) => {
    const bytes = randomBytes(2_000_000);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const output = collect(socket);
    await feed(socket, bytes, at === 0 ? deeds : []);
    expect(sha256(await output)).toBe(sha256(bytes));
  });
  await Promise.all(connections);
  child.kill('SIGINT');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test('in the browser: the relay dies while output runs; the page says reconnecting, and every line is there', async () => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    await page.goto(`${fabric.ready.console}/#/r/demo-shell`);
    await page.getByTestId('email').fill(fabric.ready.email);
    await page.getByTestId('password').fill(fabric.ready.password);
    await page.getByTestId('secret-key').fill(fabric.ready.secretKey);
    await page.getByTestId('sign-in').click();
    const state = page.getByTestId('status-state');
    await state.filter({ hasText: 'live' }).waitFor();
    const states: string[] = [];
    await page.exposeFunction('sawState', (text: string) => states.push(text));
    await page.evaluate(() => {
      const node = document.querySelector('[data-testid=status-state]');
      const tell = () =>
        (globalThis as unknown as { sawState(text: string): void }).sawState(node?.textContent ?? '');
      if (node)
        new MutationObserver(tell).observe(node, { characterData: true, subtree: true, childList: true });
    });
    await page.keyboard.type(
      'clear; for n in $(seq 100 400); do echo "row-$n-$((n*7))"; sleep 0.01; done; echo all-$((40+2))\n',
    );
    await page.waitForFunction(() =>
      document.querySelector('.xterm-rows')?.textContent?.includes('row-120-'),
    );
    await killRole('relay');
    await page.waitForFunction(
      () => document.querySelector('.xterm-rows')?.textContent?.includes('all-42'),
      undefined,
      { timeout: 60_000 },
    );
    const shown = await page.locator('.xterm-rows').innerText();
    const rows = [...shown.matchAll(/row-(\d+)-(\d+)/g)].map(([, n]) => Number(n));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows).toEqual(rows.map((_, at) => 401 - rows.length + at));
    await state.filter({ hasText: 'live' }).waitFor();
    expect(states).toContain('reconnecting');
    expect(states).not.toContain('connecting');
  } finally {
    await browser.close();
  }
});
