/** The API documentation in a real browser: whole, from this machine alone, under the page's strict policy. */
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { Stack } from '../stack.ts';

test('the documentation renders every route with no request elsewhere and nothing that the policy forbids', async () => {
  await using stack = await Stack.start('node');
  const api = stack.client();
  const { routes } = await api.contract();
  await api[Symbol.asyncDispose]();
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(stack.origin) && !request.url().startsWith('data:'))
        elsewhere.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${stack.origin}/docs/`);
    // What is not in sight is not drawn.
    const seen = new Set<string>();
    const scroll = async () => {
      for (const id of await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id)))
        seen.add(id);
      await page.mouse.wheel(0, 500);
      return seen.size;
    };
    await expect.poll(scroll, { timeout: 60_000, interval: 30 }).toBe(routes.length);
    const resources = page
      .locator('.opblock-summary')
      .filter({ hasText: '/v1/orgs/{org}/resources' })
      .first();
    const back = async () => {
      await page.mouse.wheel(0, -300);
      return resources.count();
    };
    await expect.poll(back, { timeout: 60_000, interval: 30 }).toBe(1);
    await resources.click();
    // An opened route shows what to send or what is answered, by example.
    await page.locator('.opblock-body').filter({ hasText: 'Example Value' }).first().waitFor();
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
