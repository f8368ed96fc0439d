/** Running an organization and the platform in the browser, as its people do: in Chromium, against the real program. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AREAS } from '../../edge/console/admin/areas.ts';
import { Fabric } from '../fabric.ts';

const PATIENCE_MS = 20_000;
const PASSWORD = 'a sentence that nobody guesses';
const ADA = 'ada@demo.test';
const AUDITED = [
  'members',
  'invitations',
  'groups',
  'roles',
  'grants',
  'sessions',
  'settings',
  'sign-in-policy',
];
const PHONE = { viewport: { width: 360, height: 740 } };
let fabric: Fabric;
let browser: Browser;
const violations: string[] = [];

beforeAll(async () => {
  fabric = await Fabric.start();
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

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  return page;
}

interface Account {
  readonly email: string;
  readonly password: string;
  readonly secretKey: string;
}

async function signedIn({ email, password, secretKey }: Account, options?: BrowserContextOptions) {
  const page = await newPage(options);
  await page.goto(fabric.ready.console);
  await page.getByTestId('email').fill(email);
  await page.getByTestId('password').fill(password);
  await page.getByTestId('secret-key').fill(secretKey);
  await page.getByTestId('sign-in').click();
  await page.locator('nav').waitFor({ state: 'attached' });
  return page;
}

const byId = (page: Page, id: string) => page.getByTestId(id);
const main = (page: Page) => page.locator('main.admin, main.list, main.card');

/** By its address, as a bookmark opens it. */
async function open(page: Page, address: string): Promise<void> {
  await page.goto(`${fabric.ready.console}/${address}`);
  await main(page).waitFor();
  await page.locator('.loading').waitFor({ state: 'detached' });
}

const inRow = (page: Page, row: string, button: string) =>
  byId(page, `row-${row}`).getByRole('button', { name: button, exact: true });

/** Invites Ada; the form keeps what was typed when it is refused. @returns the link */
async function invite(owner: Page): Promise<string> {
  await open(owner, '#/o/demo/members');
  await byId(owner, 'invite').click();
  await byId(owner, 'field-email').fill(fabric.ready.email);
  await byId(owner, 'field-name').fill('Ada');
  await byId(owner, 'field-role').selectOption('organization_auditor');
  await byId(owner, 'send-invitation').click();
  await byId(owner, 'problem').filter({ hasText: 'a member already' }).waitFor();
  expect(await byId(owner, 'field-name').inputValue()).toBe('Ada');
  expect(await byId(owner, 'field-role').inputValue()).toBe('organization_auditor');
  await byId(owner, 'field-email').fill(ADA);
  await byId(owner, 'send-invitation').click();
  const link = await byId(owner, 'shown-once').innerText();
  await byId(owner, 'shown-once-done').click();
  return link;
}

async function join(link: string): Promise<Page> {
  const page = await newPage();
  await page.goto(link);
  await byId(page, 'new-password').fill(PASSWORD);
  await byId(page, 'password-again').fill(PASSWORD);
  await byId(page, 'join').click();
  await byId(page, 'save-kit').click();
  await byId(page, 'kit-done').click();
  await page.locator('nav').waitFor();
  return page;
}

/** A role of the organization's own that may reach things and no more. */
async function makeRole(owner: Page): Promise<void> {
  await open(owner, '#/o/demo/roles');
  await byId(owner, 'new-role').click();
  await byId(owner, 'field-name').fill('desk');
  for (const permission of ['organization.read', 'resources.use'])
    await byId(owner, `field-permission-${permission}`).check();
  await byId(owner, 'save-role').click();
  await byId(owner, 'row-desk').waitFor();
}

test('an owner invites, an auditor changes nothing; a role and a grant reach exactly one resource; who is removed is out', async () => {
  const owner = await signedIn(fabric.ready);
  const ada = await join(await invite(owner));

  const shown = await ada.locator('nav section a').allInnerTexts();
  expect(shown).toContain('Audit');
  expect(shown).not.toContain('Inventory');
  for (const page of AUDITED) {
    await open(ada, `#/o/demo/${page}`);
    const buttons = await main(ada).locator('.head button, .acts button, form button').allInnerTexts();
    expect(buttons, page).toEqual([]);
  }
  await open(ada, '#/o/demo/inventory');
  await main(ada).filter({ hasText: 'This page needs resources.manage' }).waitFor();
  await open(ada, '#/o/demo/audit');
  await byId(ada, 'verify-audit').click();
  await byId(ada, 'audit-told').filter({ hasText: 'Whole:' }).waitFor();

  await makeRole(owner);
  await fabric.ageProofs();
  await open(owner, '#/o/demo/members');
  await owner.reload();
  await inRow(owner, ADA, 'Change role').click();
  await byId(owner, 'field-role').selectOption('desk');
  await byId(owner, 'save-role').click();
  await byId(owner, 'step-up-password').fill(fabric.ready.password);
  await byId(owner, 'step-up-send').click();
  await byId(owner, `row-${ADA}`).filter({ hasText: 'desk' }).waitFor();
  expect(await owner.locator('dialog[open]').count()).toBe(0);

  await open(owner, '#/o/demo/grants');
  await byId(owner, 'new-grant').click();
  await byId(owner, 'field-who').selectOption({ label: ADA });
  await byId(owner, 'field-resource').selectOption({ label: 'this-host' });
  await byId(owner, 'save-grant').click();
  await owner.locator('tr').filter({ hasText: ADA }).filter({ hasText: 'this-host' }).waitFor();

  await ada.goto(`${fabric.ready.console}/#/`);
  await ada.reload();
  await byId(ada, 'resource-this-host').waitFor();
  expect(await ada.locator('main .row .name').allInnerTexts()).toEqual(['this-host']);
  expect(await ada.locator('nav').count()).toBe(0);

  await open(owner, '#/o/demo/members');
  await inRow(owner, ADA, 'Remove').click();
  await byId(owner, 'confirm').click();
  await byId(owner, `row-${ADA}`).waitFor({ state: 'detached' });
  await ada.reload();
  await byId(ada, 'email').waitFor();
  await open(owner, '#/o/demo/grants');
  expect(await owner.locator('tr').filter({ hasText: ADA }).count()).toBe(0);
  await Promise.all([owner, ada].map((page) => page.context().close()));
});

const addressesOf = (of: 'organization' | 'platform', at: string) =>
  AREAS.filter((area) => area.of === of).flatMap(({ pages }) => pages.map(({ id }) => `${at}/${id}`));

/** Whatever does not fit, and whatever has no name for who can't see it. */
function flaws(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    const over = scrollWidth > innerWidth ? [`${scrollWidth} px wide`] : [];
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, select, textarea')];
    const nameless = fields.filter((field) => !field.labels?.length && !field.ariaLabel);
    const dialogs = [...document.querySelectorAll('dialog[open]')];
    const wide = dialogs.filter((dialog) => dialog.scrollWidth > dialog.clientWidth);
    return [...over, ...nameless.map(({ name }) => `no label: ${name}`), ...wide.map(() => 'a wide dialog')];
  });
}

test('every page and its first dialog fit a phone, and every field has a label', async () => {
  const owner = await signedIn(fabric.ready, { ...PHONE, colorScheme: 'dark' });
  await byId(owner, 'menu').click();
  await owner.getByRole('link', { name: 'Webhooks' }).click();
  await owner.getByRole('heading', { name: 'Webhooks' }).waitFor();
  expect(await owner.locator('nav').isVisible()).toBe(false);
  const platform = await signedIn(fabric.ready.platformOwner, PHONE);
  await open(platform, '#/platform/clusters');
  const cluster = await platform.locator('main a').first().getAttribute('href');
  const walks: [Page, string[]][] = [
    [owner, ['#/', '#/security', ...addressesOf('organization', '#/o/demo')]],
    [platform, ['#/security', String(cluster), ...addressesOf('platform', '#/platform')]],
  ];
  const wrong: string[] = [];
  const walk = async ([page, addresses]: [Page, string[]]) => {
    for (const address of addresses) {
      await open(page, address);
      wrong.push(...(await flaws(page)).map((flaw) => `${address}: ${flaw}`));
      const action = page.locator('main.admin .head button:not(.second)').first();
      if ((await action.count()) === 0) continue;
      await action.click();
      await page.locator('dialog[open]').waitFor();
      wrong.push(...(await flaws(page)).map((flaw) => `${address}, its dialog: ${flaw}`));
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
  };
  await Promise.all(walks.map(walk));
  expect(wrong).toEqual([]);
  expect(violations).toEqual([]);
  await Promise.all([owner, platform].map((page) => page.context().close()));
});
