import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('remembers until its time, and not a moment longer', () => {
  const cache = new BoundedCache<number>(2);
  cache.set('a', 1, 100);
  expect(cache.get('a', 99)).toBe(1);
  expect(cache.get('a', 100)).toBeUndefined();
  expect(cache.size).toBe(0);
});

test('when full, the oldest goes first', () => {
  const cache = new BoundedCache<number>(2);
  for (const [at, key] of ['a', 'b', 'a', 'c'].entries()) cache.set(key, at, 100);
  expect([cache.get('a', 0), cache.get('b', 0), cache.get('c', 0)]).toEqual([2, undefined, 3]);
});
