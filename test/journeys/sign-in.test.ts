/** From an invitation to a passkey, as a person goes through it: in Chromium with a virtual authenticator (WebAuthn, section 11), and on the command line. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { totpCode } from '../../edge/sign-in/totp.ts';
import { parseSecretKey } from '../../schema/sign-in/secret-key.ts';
import { Fabric } from '../fabric.ts';

const PATIENCE_MS = 20_000;
const PASSWORD = 'a sentence that nobody guesses';
let fabric: Fabric;
let browser: Browser;

beforeAll(async () => {
  fabric = await Fabric.start('--runtime', 'workerd');
  expect((await fabric.login()).status).toBe(0);
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser?.close();
  await fabric?.[Symbol.asyncDispose]();
});

const home = (name: string) => join(fabric.data, 'home', name);

async function invite(email: string): Promise<string> {
  const { stdout } = await fabric.cli(['invite', email, '--name', 'New Person', '--json']);
  return JSON.parse(stdout.toString()).invitation.url;
}

async function inviteAsOwner(email: string): Promise<string> {
  expect((await fabric.login()).status).toBe(0);
  return invite(email);
}

async function newPage(): Promise<{ page: Page; violations: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const violations: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, violations };
}

const byId = (page: Page, id: string) => page.getByTestId(id);
async function signIn(page: Page, email: string, secretKey?: string): Promise<void> {
  await byId(page, 'email').fill(email);
  await byId(page, 'password').fill(PASSWORD);
  if (secretKey !== undefined) await byId(page, 'secret-key').fill(secretKey);
  await byId(page, 'sign-in').click();
}
const signOut = (page: Page) => page.getByRole('button', { name: 'Sign out', exact: true }).click();

test('in the browser: join, keep the kit, sign in again, add a passkey after proving oneself, and sign in with it alone', async () => {
  const email = 'browser@demo.test';
  const { page, violations } = await newPage();
  await page.goto(await invite(email));
  await byId(page, 'new-password').fill(PASSWORD);
  await byId(page, 'password-again').fill(PASSWORD);
  await byId(page, 'join').click();
  const secretKey = await byId(page, 'kit-key').innerText();
  expect(parseSecretKey(secretKey)).toBe(secretKey);
  expect(page.url()).not.toContain('join');
  const saved = page.waitForEvent('download');
  await byId(page, 'save-kit').click();
  expect(readFileSync(await (await saved).path(), 'utf8')).toContain(secretKey);
  await byId(page, 'kit-done').click();
  await byId(page, 'resource-demo-shell').waitFor();

  await signOut(page);
  await expect.poll(() => byId(page, 'email').inputValue(), { timeout: PATIENCE_MS }).toBe(email);
  await byId(page, 'secret-key').waitFor({ state: 'detached' });
  await byId(page, 'other-key').click();
  await byId(page, 'secret-key').fill(secretKey);
  await signIn(page, email);
  await byId(page, 'security').click();
  await byId(page, 'device').waitFor();

  await fabric.ageProofs();
  await page.reload();
  await byId(page, 'passkey-name').fill('laptop');
  await byId(page, 'add-passkey').click();
  await byId(page, 'step-up').waitFor();
  await byId(page, 'step-up-password').fill(PASSWORD);
  await byId(page, 'step-up-send').click();
  await byId(page, 'passkey').filter({ hasText: 'laptop' }).waitFor();

  await signOut(page);
  await byId(page, 'sign-in-passkey').click();
  await byId(page, 'passkey').filter({ hasText: 'laptop' }).waitFor();
  await byId(page, 'sign-in-row').filter({ hasText: 'passkey' }).waitFor();

  await signOut(page);
  await signIn(page, email);
  await byId(page, 'use-passkey').click();
  await byId(page, 'sign-in-row').filter({ hasText: 'password, passkey' }).first().waitFor();

  await fabric.ageProofs();
  await page.reload();
  await page.getByRole('button', { name: 'Remove laptop' }).click();
  await byId(page, 'step-up').waitFor();
  await byId(page, 'use-passkey').click();
  await byId(page, 'passkey').waitFor({ state: 'detached' });
  expect(violations).toEqual([]);
  await page.context().close();
});

test('an authenticator app and its recovery codes, in the browser and on the command line', async () => {
  const email = 'codes@demo.test';
  const { page } = await newPage();
  await page.goto(await invite(email));
  await byId(page, 'new-password').fill(PASSWORD);
  await byId(page, 'password-again').fill(PASSWORD);
  await byId(page, 'join').click();
  const secretKey = await byId(page, 'kit-key').innerText();
  await byId(page, 'save-kit').click();
  await byId(page, 'kit-done').click();
  await byId(page, 'security').click();
  await byId(page, 'add-authenticator').click();
  const secret = await byId(page, 'totp-secret').innerText();
  await byId(page, 'totp-code').fill(totpCode(secret, Date.now()));
  await byId(page, 'confirm-authenticator').click();
  const codes = (await byId(page, 'recovery-codes').innerText()).split('\n');
  expect(codes).toHaveLength(10);
  await signOut(page);
  await signIn(page, email);
  await byId(page, 'code').fill(codes[0] ?? '');
  await byId(page, 'send-code').click();
  await byId(page, 'sign-out-everywhere').click();
  await byId(page, 'email').waitFor();
  await page.context().close();

  const args = ['login', '--api', fabric.ready.api, '--email', email];
  const stdin = ['--password-stdin', '--secret-key-stdin', '--code-stdin', '--json'];
  const lines = (code: string | undefined) => `${PASSWORD}\n${secretKey}\n${code}\n`;
  const used = await fabric.cli([...args, ...stdin], lines(codes[0]));
  expect([used.status, JSON.parse(used.stderr).error.code]).toEqual([1, 'bad_credentials']);
  const fresh = await fabric.cli([...args, ...stdin], lines(codes[1]));
  expect([fresh.status, JSON.parse(fresh.stdout.toString()).email]).toEqual([0, email]);
  expect((await fabric.login()).status).toBe(0);
});

test('on the command line: join from a link, a kit that only its owner can read, and no secret in any argument', async () => {
  const email = 'cli@demo.test';
  const link = await invite(email);
  const kit = join(fabric.data, 'kit.txt');
  const joined = await fabric.cli(
    ['join', '--invitation-stdin', '--api', fabric.ready.api, '--kit', kit, '--json'],
    `${link}\n${PASSWORD}\n`,
  );
  expect(joined.stderr).toContain('demo');
  expect([joined.status, JSON.parse(joined.stdout.toString()).email]).toEqual([0, email]);
  const secretKey = /F1-[0-9A-Z-]{35}/.exec(readFileSync(kit, 'utf8'))?.[0] ?? '';
  expect(parseSecretKey(secretKey)).toBe(secretKey);
  for (const file of [kit, home('device.json'), home('settings.json')])
    expect((statSync(file).mode & 0o777).toString(8), file).toBe('600');
  expect((await fabric.cli(['whoami'])).stdout.toString()).toContain(email);
  const again = await fabric.cli(['join', '--invitation-stdin', '--json'], `${link}\n${PASSWORD}\n`);
  expect([again.status, JSON.parse(again.stderr).error.code]).toEqual([1, 'token_invalid']);

  expect((await fabric.cli(['logout'])).status).toBe(0);
  const remembered = await fabric.cli(
    ['login', '--api', fabric.ready.api, '--email', email, '--password-stdin'],
    `${PASSWORD}\n`,
  );
  expect(remembered.status).toBe(0);
  rmSync(home('device.json'));
  const elsewhere = await fabric.cli(
    ['login', '--api', fabric.ready.api, '--email', email, '--password-stdin', '--secret-key-stdin'],
    `${PASSWORD}\nF1-00000-00000-00000-00000-00000-00000\n`,
  );
  expect([elsewhere.status, elsewhere.stderr]).toEqual([1, expect.stringContaining('bad_credentials')]);
});

test('who has an account is asked: in the browser they sign in and accept, on the command line they are told to sign in first', async () => {
  const email = 'returning@demo.test';
  const kit = join(fabric.data, 'returning.txt');
  const joining = ['join', '--invitation-stdin', '--api', fabric.ready.api, '--json'];
  const first = await fabric.cli([...joining, '--kit', kit], `${await inviteAsOwner(email)}\n${PASSWORD}\n`);
  expect(first.status).toBe(0);
  const secretKey = /F1-[0-9A-Z-]{35}/.exec(readFileSync(kit, 'utf8'))?.[0] ?? '';
  const leave = async () => {
    expect((await fabric.login()).status).toBe(0);
    expect((await fabric.cli(['members', 'remove', email])).status).toBe(0);
  };
  await leave();
  const { page, violations } = await newPage();
  await page.goto(await invite(email));
  await byId(page, 'has-account').click();
  await byId(page, 'invited').filter({ hasText: 'demo' }).waitFor();
  await byId(page, 'secret-key').waitFor();
  await signIn(page, email, secretKey);
  await byId(page, 'accept-invitation').click();
  await byId(page, 'resource-demo-shell').waitFor();
  expect(page.url()).not.toContain('join');
  expect(violations).toEqual([]);
  await page.context().close();

  await leave();
  const link = await invite(email);
  expect((await fabric.cli(['logout'])).status).toBe(0);
  const early = await fabric.cli(joining, `${link}\n`);
  expect([early.status, JSON.parse(early.stderr.trim().split('\n').at(-1) ?? '').error.code]).toEqual([
    1,
    'unauthenticated',
  ]);
  const login = ['login', '--api', fabric.ready.api, '--email', email, '--password-stdin'];
  expect((await fabric.cli([...login, '--secret-key-stdin'], `${PASSWORD}\n${secretKey}\n`)).status).toBe(0);
  const joined = await fabric.cli(joining, `${link}\n`);
  expect([joined.status, JSON.parse(joined.stdout.toString()).organization.name]).toEqual([0, 'demo']);
});

test('on the command line: what is high-risk says that it needs a proof, and a fresh sign-in is one', async () => {
  expect((await fabric.login()).status).toBe(0);
  await invite('again@demo.test');
  const anew = () => fabric.cli(['invite', 'again@demo.test', '--again', '--json']);
  expect((await anew()).status).toBe(0);
  const { signIns } = JSON.parse((await fabric.cli(['security', '--json'])).stdout.toString());
  expect(signIns.some(({ current }: { current: boolean }) => current)).toBe(true);
  await fabric.ageProofs();
  const stale = await anew();
  expect([stale.status, JSON.parse(stale.stderr).error.code]).toEqual([1, 'step_up_required']);
  expect((await fabric.login()).status).toBe(0);
  expect((await anew()).status).toBe(0);
});

test("after `security end all` this machine's tokens open nothing", async () => {
  expect((await fabric.login()).status).toBe(0);
  expect((await fabric.cli(['security', 'end', 'all'])).status).toBe(0);
  await expect
    .poll(async () => (await fabric.cli(['whoami', '--json'])).status, {
      timeout: PATIENCE_MS,
      interval: 500,
    })
    .toBe(1);
});
