import { expect, test } from 'vitest';
import { controlChaos } from './control.ts';

const SECONDS = 35;

test(`${SECONDS} seconds of kills: no acknowledged write is lost, none happens twice, and all comes back by itself`, async () => {
  const report = await controlChaos(SECONDS, 3);
  expect(report.breaches).toEqual([]);
  expect(report.kills.postgres + report.kills.redis + report.kills.api).toBeGreaterThan(2);
  expect(report.acknowledged).toBeGreaterThan(20);
  expect(report.reads).toBeGreaterThan(20);
});
