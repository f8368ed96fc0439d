import { expect, test } from 'vitest';
import { nextEnd, warnsBefore } from './time-limits.ts';

const clock = (now: number, inputAt = 0) => ({ startedAt: 0, inputAt, now });

test('what ends first counts, and input moves the idle end alone', () => {
  const both = { idleSeconds: 60, maxSeconds: 300 };
  expect(nextEnd(both, clock(10_000))).toEqual({ limit: 'idle', leftMs: 50_000 });
  expect(nextEnd(both, clock(250_000, 249_000))).toEqual({ limit: 'max', leftMs: 50_000 });
  expect(nextEnd(both, clock(61_000))?.leftMs).toBeLessThan(0);
  expect(nextEnd({ idleSeconds: null, maxSeconds: null }, clock(9e9))).toBeUndefined();
});

test('is said two minutes before, or a fifth of a short limit', () => {
  expect(warnsBefore({ idleSeconds: 60, maxSeconds: 36_000 }, 'idle')).toBe(12_000);
  expect(warnsBefore({ idleSeconds: 60, maxSeconds: 36_000 }, 'max')).toBe(120_000);
});
