import { expect, test } from 'vitest';
import { Branding } from '../../../../schema/api/organizations.ts';
import { logoOf } from './logo.ts';

test('the largest picture that is taken here is taken by the API as well', async () => {
  const logo = await logoOf(new Blob([new Uint8Array(24_000).fill(7)], { type: 'image/png' }));
  expect(Branding.safeParse({ logo }).success).toBe(true);
});

test('none chosen is none; a larger one, or one that may hold a script, is refused here already', async () => {
  expect(await logoOf(new Blob([]))).toBeUndefined();
  expect(await logoOf(null)).toBeUndefined();
  await expect(logoOf(new Blob([new Uint8Array(24_001)], { type: 'image/png' }))).rejects.toThrow('24 KB');
  await expect(logoOf(new Blob(['<svg/>'], { type: 'image/svg+xml' }))).rejects.toThrow('no PNG');
});
