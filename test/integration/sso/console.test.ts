/** The console in Chromium: an owner adds a provider, and someone comes in by it. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type ServerType, serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../edge/app.ts';
import { PAGE_HEADERS } from '../../../edge/content-security.ts';
import { SECRET_KEY } from '../database.ts';
import { OidcPeer } from './oidc-peer.ts';
import { SsoApi } from './sso-api.ts';

let sso: SsoApi;
let peer: OidcPeer;
let server: ServerType;
let browser: Browser;
let at: string;

beforeAll(async () => {
  [sso, peer] = [await SsoApi.start(), await OidcPeer.start()];
  const app = createApp(() => sso.api.services);
  const root = fileURLToPath(new URL('../../../edge/console/dist/', import.meta.url));
  app.use(
    '*',
    serveStatic({
      root,
      onFound: (_, c) => {
        for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
      },
    }),
  );
  server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  at = `http://localhost:${typeof address === 'object' && address ? address.port : 0}`;
  Object.assign(sso.api.services.env, { FABRIC_PUBLIC_URL: at });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  const closed = once(server, 'close');
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
  for (const part of [peer, sso]) await part[Symbol.asyncDispose]();
});

test('an owner adds a provider and copies its address; then someone signs in by it and stays signed in', async () => {
  const owner = await (await browser.newContext()).newPage();
  await owner.goto(at);
  await owner.getByTestId('email').fill(sso.tenant.owner.email);
  await owner.getByTestId('password').fill('a long enough password');
  await owner.getByTestId('secret-key').fill(SECRET_KEY);
  await owner.getByTestId('sign-in').click();
  await owner.getByRole('link', { name: 'Single sign-on' }).click();
  await owner.getByTestId('add-provider').click();
  const { issuer, client } = peer;
  const fields = {
    name: 'main',
    issuer,
    clientId: client.id,
    secret: client.secret,
    scopes: 'openid email profile groups',
  };
  for (const [name, value] of Object.entries({ ...fields, groups: 'staff = organization_user' }))
    await owner.getByTestId(`field-${name}`).fill(value);
  for (const name of ['provisioning', 'enabled']) await owner.getByTestId(`field-${name}`).check();
  await owner.getByTestId('save-provider').click();
  const row = owner.getByTestId('provider-main');
  const redirect = await row.locator('code').innerText();
  expect(redirect).toMatch(/\/v1\/sso\/oidc\/[\w-]+\/callback$/);
  await peer.serve([redirect]);
  await row.getByRole('button', { name: 'Test' }).click();
  await owner.getByText('answers and gives out its keys').waitFor();

  const page = await (await browser.newContext()).newPage();
  await page.goto(at);
  await page.getByTestId('sso').click();
  await page.getByTestId('organization').fill('corp');
  await page.getByTestId('sso-continue').click();
  await page.getByText(peer.person.email).waitFor();
  expect(page.url()).not.toContain('code=');
  await page.reload();
  await page.getByText(peer.person.email).waitFor();
});

test('who gets no role is told so on the sign-in page', async () => {
  peer.person = { ...peer.person, sub: 'p9', email: 'p9@corp.test', groups: [] };
  const page = await (await browser.newContext()).newPage();
  await page.goto(at);
  await page.getByTestId('sso').click();
  await page.getByTestId('organization').fill('corp');
  await page.getByTestId('sso-continue').click();
  await expect.poll(() => page.getByTestId('sso-problem').innerText()).toContain('no role');
});
