import { expect, test } from 'vitest';
import { afterAttempt } from './verdict.ts';

const DAY = 86_400_000;
const fresh = { attempts: 1, createdAt: 1_000, failingSince: null };

test('a success ends it and what failed before is forgotten', () => {
  expect(afterAttempt({ status: 204 }, { ...fresh, failingSince: 5 }, 2_000, 0.5)).toEqual({
    state: 'delivered',
    nextAt: 2_000,
    failingSince: null,
  });
});

test('a redirect, an error and silence are tried again, later and later, within two hours', () => {
  for (const attempt of [{ status: 302 }, { status: 500 }, { status: 404 }, { error: 'timed out' }])
    expect(afterAttempt(attempt, fresh, 2_000, 0.5)).toEqual({
      state: 'pending',
      nextAt: 4_500,
      failingSince: 2_000,
    });
  const { nextAt } = afterAttempt({ status: 500 }, { ...fresh, attempts: 40 }, 2_000, 0.5);
  expect(nextAt).toBe(2_000 + 3_600_000);
});

test('after a day a delivery is given up; a webhook that failed all day is switched off', () => {
  const late = afterAttempt({ status: 500 }, { ...fresh, failingSince: DAY }, 1_000 + DAY, 0);
  expect(late).toMatchObject({ state: 'dead', failingSince: DAY });
  expect(late.disable).toBeUndefined();
  expect(afterAttempt({ status: 500 }, { ...fresh, failingSince: 1_000 }, 1_000 + DAY, 0).disable).toContain(
    'a day',
  );
});

test('a receiver that is gone for good is believed at once', () => {
  expect(afterAttempt({ status: 410 }, fresh, 2_000, 0)).toMatchObject({
    state: 'dead',
    disable: expect.any(String),
  });
});
