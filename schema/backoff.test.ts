import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const backoff = { first: 2_000, most: 60_000 };

test('is never beyond the most, and reaches towards a bound that doubles', () => {
  expect([1, 2, 3, 9].map((failures) => backoffMs(backoff, failures, 0.999999))).toEqual([
    1_999, 3_999, 7_999, 59_999,
  ]);
  expect(backoffMs(backoff, 3, 0)).toBe(0);
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const ms = backoffMs(backoff, failures, random);
        return ms >= 0 && ms <= backoff.most;
      },
    ),
  );
});
