/** Connections cost what they should, while they last and afterwards. The full sizes: `scripts/soak-transport.ts`. */
import { expect, test } from 'vitest';
import { soakCycles, soakIdle } from '../soak/transport.ts';

/** 750 connections lie between what is compared: 3 KiB that each left behind would show. */
const MARGIN_MIB = 2.3;

test('1,500 connections, used and closed, leave no memory behind', async () => {
  const { rssMib } = await soakCycles(1500);
  // The first half fills caches and heaps; of the second the least counts, which chance does not lower.
  const half = rssMib.length / 2;
  const [before, after] = [Math.min(...rssMib.slice(0, half)), Math.min(...rssMib.slice(half))];
  expect(after, `MiB after each tenth: ${rssMib.join(' ')}`).toBeLessThan(before + MARGIN_MIB);
});

test('1,000 idle connections take at most 60 KiB of the server each, and less than a hundredth of a core', async () => {
  // Long enough for every connection to keep itself alive once (each 20 s).
  const report = await soakIdle(1000, 21);
  expect(report.serverKibEach, JSON.stringify(report)).toBeLessThanOrEqual(60);
  expect(report.serverCpuPercent, JSON.stringify(report)).toBeLessThan(1);
});
