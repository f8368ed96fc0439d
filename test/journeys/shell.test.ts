/** What a person does first, against a whole fabric: the command line and the browser. */

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyPair } from 'jose';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attach } from '../../dataplane/client/attach.ts';
import { nodeAead, nodeDialer } from '../../dataplane/client/node.ts';
import { Fabric } from '../fabric.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const SCREENSHOT = fileURLToPath(new URL('../../docs/console.png', import.meta.url));

let fabric: Fabric;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  fabric = await Fabric.start();
  expect((await fabric.login()).status).toBe(0);
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  context = await browser.newContext({ viewport: { width: 1100, height: 640 } });
});
afterAll(async () => {
  await browser?.close();
  await fabric?.[Symbol.asyncDispose]();
});

const remote = (command: string, input: string | Uint8Array = '') =>
  fabric.cli(['connect', 'demo-shell', '--', command], input);

test('whoami and resources tell a person and a script', async () => {
  expect((await fabric.cli(['whoami'])).stdout.toString()).toContain('organization_owner');
  const { resources } = JSON.parse((await fabric.cli(['resources', '--json'])).stdout.toString());
  expect(resources.map(({ name }: { name: string }) => name)).toEqual(['demo-shell', 'this-host']);
});

test('a command prints what it prints and ends as it ends', async () => {
  const answer = await remote('echo $((6*7))');
  expect([answer.status, answer.stdout.toString()]).toEqual([0, '42\n']);
  expect((await remote('exit 7')).status).toBe(7);
  expect((await remote('kill -TERM $$')).status).toBe(143);
  const both = await remote('echo out; echo err >&2');
  expect([both.stdout.toString(), both.stderr]).toEqual(['out\n', 'err\n']);
});

test('standard streams carry every byte: 20 MB there and back, and two million lines', async () => {
  const bytes = randomBytes(20_000_000);
  expect(sha256((await remote('cat', bytes)).stdout)).toBe(sha256(bytes));
  const counted = await remote('seq 1 2000000');
  const expected = createHash('sha256');
  for (let n = 1; n <= 2_000_000; n += 1) expected.update(`${n}\n`);
  expect(sha256(counted.stdout)).toBe(expected.digest('hex'));
});

test('tar through it puts files where they belong', async () => {
  const [from, to] = [mkdtempSync(join(tmpdir(), 'from-')), mkdtempSync(join(tmpdir(), 'to-'))];
  mkdirSync(join(from, 'deep'));
  writeFileSync(join(from, 'deep', 'file'), 'grüße');
  const archive = (await fabric.run('tar', ['-C', from, '-c', '.'])).stdout;
  expect((await remote(`tar -x -C ${to}`, archive)).status).toBe(0);
  expect(readFileSync(join(to, 'deep', 'file'), 'utf8')).toBe('grüße');
});

test('ordinary ssh and scp work over it as ProxyCommand', async () => {
  const key = join(fabric.data, 'sshd', 'user_key');
  const known = join(fabric.data, 'known');
  const options = [
    '-o',
    'ProxyCommand=fabric connect demo-shell --stdio',
    '-i',
    key,
    '-o',
    `UserKnownHostsFile=${known}`,
    '-o',
    'StrictHostKeyChecking=accept-new',
    '-o',
    'BatchMode=yes',
  ];
  const user = userInfo().username;
  const ssh = await fabric.run('ssh', [...options, `${user}@demo-shell`, 'echo through; exit 5']);
  expect([ssh.status, ssh.stdout.toString()]).toEqual([5, 'through\n']);
  const folder = mkdtempSync(join(tmpdir(), 'scp-'));
  const bytes = randomBytes(3_000_000);
  writeFileSync(join(folder, 'a'), bytes);
  expect(
    (await fabric.run('scp', [...options, join(folder, 'a'), `${user}@demo-shell:${join(folder, 'b')}`]))
      .status,
  ).toBe(0);
  expect(sha256(readFileSync(join(folder, 'b')))).toBe(sha256(bytes));
});

test('forward brings a TCP resource to a local port, and ends cleanly', async () => {
  const child = spawn(
    fileURLToPath(new URL('../../fabric', import.meta.url)),
    ['forward', 'this-host', '127.0.0.1:0', '--json'],
    { env: fabric.env },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { listening } = JSON.parse(line.toString());
  const pages = await Promise.all(
    [1, 2, 3, 4].map(async () => (await fetch(`http://127.0.0.1:${listening.port}/`)).text()),
  );
  for (const page of pages) expect(page).toContain('Reached through the fabric');
  child.kill('SIGINT');
  const [status] = await once(child, 'exit');
  expect(status).toBe(0);
});

test('what is refused is said in words and in the exit status', async () => {
  const wrong = await fabric.cli(
    ['login', '--api', fabric.ready.api, '--email', fabric.ready.email, '--password-stdin', '--json'],
    'nope\n',
  );
  expect([wrong.status, JSON.parse(wrong.stderr).error.code]).toEqual([1, 'bad_credentials']);
  const nothing = await fabric.cli(['connect', 'no-such-thing', '--', 'id']);
  expect([nothing.status, nothing.stderr]).toEqual([1, expect.stringContaining('demo-shell')]);
});

test('a ticket that somebody else picked up, or picked up twice, opens nothing', async () => {
  const { ticket, keys } = await fabric.ticket('demo-shell');
  const thief = await generateKeyPair('EdDSA');
  await expect(attach(ticket, thief, { dial: nodeDialer(), aead: nodeAead })).rejects.toMatchObject({
    code: 'proof_invalid',
  });
  const attachment = await attach(ticket, keys, { dial: nodeDialer(), aead: nodeAead });
  expect(attachment.relays).toBe(1);
  await expect(attach(ticket, keys, { dial: nodeDialer(), aead: nodeAead })).rejects.toMatchObject({
    code: 'token_replayed',
  });
  await expect(
    attachment.openTerminal({ mode: 'exec', command: '' } as never, {} as never),
  ).rejects.toMatchObject({ code: 'bad_request' });
  await attachment.terminate();
});

async function openTerminal(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${fabric.ready.console}/#/r/demo-shell`);
  await page.getByTestId('status-state').filter({ hasText: 'live' }).waitFor();
  return page;
}

/** Types a line and waits until the screen shows a text. */
async function type(page: Page, line: string, shown: string): Promise<string> {
  await page.keyboard.type(`${line}\n`);
  await page.waitForFunction(
    (wanted) => document.querySelector('.xterm-rows')?.textContent?.includes(wanted),
    shown,
    { timeout: 60_000 },
  );
  return page.locator('.xterm-rows').innerText();
}

test('in the browser: sign in, see what is mine, and be in the shell', async () => {
  const page = await context.newPage();
  const violations: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  await page.goto(fabric.ready.console);
  await page.getByTestId('email').fill(fabric.ready.email);
  await page.getByTestId('password').fill('not the password');
  await page.getByTestId('secret-key').fill(fabric.ready.secretKey);
  await page.getByTestId('sign-in').click();
  await page.getByTestId('problem').filter({ hasText: 'wrong' }).waitFor();
  await page.getByTestId('password').fill(fabric.ready.password);
  await page.getByTestId('sign-in').click();
  await page.getByTestId('resource-this-host').waitFor();
  await page.getByTestId('resource-demo-shell').click();
  await page.getByTestId('status-state').filter({ hasText: 'live' }).waitFor();
  await type(page, 'echo $((6*7))', '42');
  await type(page, "printf '\\e[31mred\\e[0m gr\\xc3\\xbc\\xc3\\x9fe \\xe2\\x9c\\x93\\n'", 'grüße ✓');
  expect(await page.locator('.xterm-rows .xterm-fg-1').first().innerText()).toContain('red');
  await expect.poll(() => page.getByTestId('status-path').innerText()).toBe('entry, 1 relay');
  await expect.poll(() => page.getByTestId('status-rtt').innerText()).toMatch(/ ms$/);
  if (!existsSync(SCREENSHOT) || process.env['UPDATE_SCREENSHOT']) {
    const colours = 'for c in 31 32 33 34 35 36; do printf "\\e[$c"m" fabric \\e[0m"; done; echo';
    await type(page, `export PS1='demo-shell $ '; clear; ${colours}; echo ready-$((1+1))`, 'ready-2');
    await page.waitForTimeout(5_000);
    await page.screenshot({ path: SCREENSHOT });
  }
  expect(violations).toEqual([]);
  await page.close();
});

test('the terminal follows the size of the window', async () => {
  const page = await openTerminal();
  const size = async (mark: string) => {
    const text = await type(page, `clear; stty size; echo ${mark}-$((1+1))`, `${mark}-2`);
    return /(\d+) (\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  };
  const [, wide = 0] = await size('wide');
  await page.setViewportSize({ width: 600, height: 500 });
  await page.waitForTimeout(300);
  const [, narrow = 0] = await size('narrow');
  expect(narrow).toBeLessThan(wide * 0.7);
  await page.close();
});

test('closing the tab leaves the shell; opening it again shows the same one, and the next takes it over', async () => {
  const page = await openTerminal();
  await type(page, 'clear; export MARK=kept; echo shell-$((40+2))-$$', 'shell-42-');
  const before = /shell-42-(\d+)/.exec(await page.locator('.xterm-rows').innerText())?.[1];
  await page.close();
  const again = await openTerminal();
  await again.waitForFunction(
    (pid) => document.querySelector('.xterm-rows')?.textContent?.includes(`shell-42-${pid}`),
    before,
  );
  await type(again, 'echo $MARK-$((1+1))-$$', `kept-2-${before}`);
  const third = await openTerminal();
  await again.getByTestId('status-state').filter({ hasText: 'taken over' }).waitFor();
  await type(third, 'echo again-$((2+1))-$$', `again-3-${before}`);
  await third.close();
  await again.close();
});

test('vim takes the screen and gives it back', async () => {
  const page = await openTerminal();
  await type(page, 'clear; echo before-$((2+2)); vim.tiny -u NONE /etc/hostname', '"/etc/hostname"');
  await page.keyboard.press('Escape');
  await type(page, ':q!', 'before-4');
  await type(page, 'echo back-$((3+4))', 'back-7');
  await page.close();
});

test('two million lines run through the terminal to the last, and no process grows without bound', async () => {
  const page = await openTerminal();
  const residentMb = () =>
    Object.values(fabric.ready.pids).map(
      (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    );
  const text = await type(page, 'clear; seq 1 2000000; echo end-$((5+5))', 'end-10');
  expect(text).toContain('2000000');
  for (const megabytes of residentMb()) expect(megabytes).toBeLessThan(700);
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  expect(heap).toBeLessThan(300_000_000);
  await page.close();
});

test('a shell that ends says so, and a new one is a click away', async () => {
  const page = await openTerminal();
  await page.keyboard.type('exit\n');
  await page.getByTestId('status-state').filter({ hasText: 'ended' }).waitFor();
  await page.getByTestId('new-session').click();
  await page.getByTestId('status-state').filter({ hasText: 'live' }).waitFor();
  await type(page, 'echo new-$((4+4))', 'new-8');
  await page.close();
});
