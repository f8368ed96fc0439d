import { expect, test } from 'vitest';
import { retryDelay } from './backoff.ts';

test('grows from under a second to a quarter minute and stays there', () => {
  expect(retryDelay(0, 0)).toBe(150);
  expect(retryDelay(3, 1)).toBe(2400);
  expect(retryDelay(60, 1)).toBe(15_000);
});
