import { expect, test } from 'vitest';
import { isFrom } from './addresses.ts';

test.each([
  ['203.0.113.7', [], true],
  ['203.0.113.7', ['203.0.113.7'], true],
  ['203.0.113.8', ['203.0.113.7'], false],
  ['203.0.113.200', ['198.51.100.0/24', '203.0.113.0/24'], true],
  ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
  ['2001:db8::1', ['2001:db8::/32'], true],
  ['2001:db9::1', ['2001:db8::/32'], false],
  ['2001:db8::1', ['0.0.0.0/0'], false],
  ['direct', ['0.0.0.0/0', '::/0'], false],
])('%s from %j: %s', (address, sources, expected) => {
  expect(isFrom(address, sources)).toBe(expected);
});
