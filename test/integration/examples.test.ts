/** The examples, as a reader would run them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

let server: ChildProcess;
let page = '';
let client: string[] = [];
beforeAll(async () => {
  server = spawn(process.execPath, ['examples/echo/server.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!server.stdout) throw new Error('no output to read');
  for await (const line of createInterface(server.stdout)) {
    const [what, ...rest] = line.split(/ +/);
    if (what === 'page') page = rest.join(' ');
    if (what === 'client') client = rest.slice(1);
    if (page !== '' && client.length > 0) break;
  }
});
afterAll(() => void server.kill('SIGKILL'));

test('echo: the Node client has a stream and a datagram back over QUIC and over WebTransport', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, client, { cwd: root, timeout: 30_000 });
  expect(stdout.trim().split('\n')).toEqual([
    'quic: a stream',
    'quic: a datagram',
    'webtransport: a stream',
    'webtransport: a datagram',
  ]);
});

test('echo: so has the page in Chromium', async () => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(page);
    await expect
      .poll(async () => (await tab.textContent('#log'))?.trim().split('\n'), { timeout: 30_000 })
      .toEqual(['webtransport: a stream', 'webtransport: a datagram']);
  } finally {
    await browser.close();
  }
});

test('echo: the server ends when it is told to', async () => {
  server.kill('SIGTERM');
  const [status] = await once(server, 'exit');
  expect(status).toBe(0);
});
