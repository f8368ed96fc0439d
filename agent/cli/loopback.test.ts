import { expect, test } from 'vitest';
import { listenForCode } from './loopback.ts';
import { opener } from './open-in-browser.ts';

test('gives the code that comes to its own address, and nothing that comes elsewhere', async () => {
  await using listener = await listenForCode();
  const { origin } = new URL(listener.address);
  expect((await fetch(`${origin}/?code=planted`)).status).toBe(404);
  expect((await fetch(listener.address)).status).toBe(404);
  expect((await fetch(`${listener.address}?code=planted`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${listener.address}?code=right`)).status).toBe(200);
  expect(await listener.code).toBe('right');
});

test('gives the refusal that comes, and ends the waiting by itself', async () => {
  await using refused = await listenForCode();
  await fetch(`${refused.address}?error=sso_no_role`);
  await expect(refused.code).rejects.toMatchObject({ code: 'sso_no_role' });
  await using unvisited = await listenForCode(10);
  await expect(unvisited.code).rejects.toMatchObject({ code: 'unavailable' });
});

test('looks for a browser only where there is a screen', () => {
  expect(opener('linux', {})).toBeUndefined();
  expect(opener('linux', { DISPLAY: ':0' })).toEqual(['xdg-open']);
});
