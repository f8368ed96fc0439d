/** A person's desktop in the browser: a real TigerVNC server behind the whole fabric, and its picture compared with what the X server itself shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { XServer } from '../../dataplane/adapters/vnc/test-x-server.ts';
import { Me } from '../../schema/api/auth.ts';
import { Fabric } from '../fabric.ts';

const PATIENCE_MS = 30_000;
const Status = z.object({ roles: z.array(z.object({ pid: z.number().optional() })) });

let fabric: Fabric;
let server: XServer;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  fabric = await Fabric.start();
  server = await XServer.start({ password: 'sesame', geometry: '900x560' });
  expect((await fabric.login()).status).toBe(0);
  server.run('xterm', '-geometry', '90x30+20+30', '-e', 'cat > typed');
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  page = await signedIn();
  await addDesk(page);
  await page.goto(`${fabric.ready.console}/#/r/desk`);
  await isLive(page);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  await fabric?.[Symbol.asyncDispose]();
});

async function signedIn(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 680 } });
  const tab = await context.newPage();
  await tab.goto(`${fabric.ready.console}/#/o/demo/inventory`);
  await tab.getByTestId('email').fill(fabric.ready.email);
  await tab.getByTestId('password').fill(fabric.ready.password);
  await tab.getByTestId('secret-key').fill(fabric.ready.secretKey);
  await tab.getByTestId('sign-in').click();
  return tab;
}

/** As who manages an organization makes a desktop reachable. */
async function addDesk(tab: Page): Promise<void> {
  await tab.getByTestId('new-resource').click();
  await tab.getByTestId('field-protocol').selectOption('vnc');
  const fields = {
    name: 'desk',
    host: '127.0.0.1',
    port: server.port,
    egressPool: 'demo',
    vncPassword: 'sesame',
  };
  for (const [name, value] of Object.entries(fields))
    await tab.getByTestId(`field-${name}`).fill(String(value));
  await tab.getByTestId('save-resource').click();
  await tab.getByTestId('save-resource').waitFor({ state: 'detached' });
  await tab.goto(`${fabric.ready.console}/#/o/demo/grants`);
  await tab.getByTestId('new-grant').click();
  await tab.getByTestId('field-kind').selectOption('role');
  await tab.getByTestId('field-who').selectOption('organization_owner');
  await tab.getByTestId('field-resource').selectOption({ label: 'desk' });
  await tab.getByTestId('save-grant').click();
  await tab.getByTestId('save-grant').waitFor({ state: 'detached' });
}

async function isLive(tab: Page): Promise<void> {
  await tab.getByTestId('status-state').filter({ hasText: 'live' }).waitFor({ timeout: PATIENCE_MS });
}

/** Pixels of the canvas that are not what the X server shows. */
async function wrong(tab: Page): Promise<number> {
  const { width, height, pixels } = server.screenshot();
  const shown = await tab.evaluate(() => {
    const canvas = document.querySelector('canvas');
    const image = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
    if (!canvas || !image) return undefined;
    const bytes: string[] = [];
    for (let at = 0; at < image.data.length; at += 8192)
      bytes.push(String.fromCharCode(...image.data.subarray(at, at + 8192)));
    return { width: canvas.width, height: canvas.height, rgba: btoa(bytes.join('')) };
  });
  if (shown?.width !== width || shown.height !== height) return width * height;
  const rgba = Buffer.from(shown.rgba, 'base64');
  return pixels.reduce((sum, pixel, at) => sum + (rgba.readUIntBE(at * 4, 3) === pixel ? 0 : 1), 0);
}

const isExact = (tab: Page) => expect.poll(() => wrong(tab), { timeout: PATIENCE_MS, interval: 100 }).toBe(0);

/** Over the terminal, so that it has the focus and no pointer is drawn by the server. */
const point = (tab: Page) => tab.getByTestId('desktop').hover({ position: { x: 200, y: 200 } });

function typed(): string {
  try {
    return readFileSync(join(server.folder, 'typed'), 'utf8');
  } catch {
    return '';
  }
}

test('the picture is the X server’s, pixel by pixel, and what is typed arrives in an X client', async () => {
  await point(page);
  await page.getByTestId('desktop').click({ position: { x: 200, y: 200 } });
  await page.keyboard.type('Through the fabric: {~42}\n');
  await expect.poll(typed, { timeout: PATIENCE_MS }).toBe('Through the fabric: {~42}\n');
  expect(new Set(server.screenshot().pixels).size).toBeGreaterThan(1);
  await isExact(page);
  await expect.poll(() => page.getByTestId('status-path').innerText()).toBe('entry, 1 relay');
});

test('the relay dies while the picture changes: it comes back by itself, and is exact', async () => {
  const text = readFileSync(join(fabric.data, 'nodes', 'relay', 'agent.json'), 'utf8');
  const { localPort } = z.object({ localPort: z.number() }).parse(JSON.parse(text));
  const answer = await fetch(`http://127.0.0.1:${localPort}/status`);
  const pid = Status.parse(await answer.json()).roles[0]?.pid;
  if (!pid) throw new Error('the relay has no process');
  server.run('xterm', '-geometry', '60x20+300+150', '-e', 'seq 1 20000; echo rest; sleep 600');
  process.kill(pid, 'SIGKILL');
  server.ask('xsetroot', '-mod', '5', '7', '-fg', '#c03010', '-bg', '#1030c0');
  await isLive(page);
  await point(page);
  await isExact(page);
});

test('the tab closed and opened again shows the same desktop, and the desktop takes the window’s size when asked', async () => {
  const before = (await sessions()).map(({ id }) => id);
  const context = page.context();
  await page.close();
  await expect.poll(async () => (await sessions())[0]?.state, { timeout: PATIENCE_MS }).toBe('detached');
  page = await context.newPage();
  await page.goto(`${fabric.ready.console}/#/r/desk`);
  await isLive(page);
  await point(page);
  await isExact(page);
  expect((await sessions()).map(({ id }) => id)).toEqual(before);
  await page.getByTestId('desktop-scale').selectOption('match');
  const room = () => page.locator('.desktop').evaluate((host) => [host.clientWidth, host.clientHeight]);
  const size = () => {
    const { width, height } = server.screenshot();
    return [width, height];
  };
  await expect.poll(size, { timeout: PATIENCE_MS }).toEqual(await room());
  await point(page);
  await isExact(page);
});

async function sessions() {
  const [org] = Me.parse(await fabric.call('/v1/me')).organizations;
  const List = z.object({ sessions: z.array(z.object({ id: z.string(), state: z.string() })) });
  return List.parse(await fabric.call(`/v1/orgs/${org?.id}/sessions`)).sessions;
}
