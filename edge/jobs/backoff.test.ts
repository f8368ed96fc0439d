import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const backoff = { baseMs: 1_000, capMs: 60_000 };

test('is never beyond the cap, and reaches towards a bound that doubles', () => {
  expect([1, 2, 3, 9].map((attempts) => backoffMs(backoff, attempts, 0.999999))).toEqual([
    2000, 4000, 8000, 60_000,
  ]);
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempts, random) => {
        const ms = backoffMs(backoff, attempts, random);
        return ms >= 0 && ms <= backoff.capMs;
      },
    ),
  );
});
