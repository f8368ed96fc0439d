import { expect, test } from 'vitest';
import { meshChaos } from './mesh.ts';

test('whatever happens on the way, across real links, each key and each file comes once and whole', async () => {
  const report = await meshChaos(2_000);
  expect(report.keys).toBe('all, once, in order');
  expect(report.wrong).toBe(0);
  expect(report.files).toBeGreaterThan(3);
  for (const [deed, pause] of Object.entries(report.pauses))
    expect([deed, pause < 30_000]).toEqual([deed, true]);
});
