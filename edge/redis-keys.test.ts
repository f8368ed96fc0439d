import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { redisKey } from './redis-keys.ts';

const A = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

test('a key names its namespace, its kind and what it is', () => {
  expect(redisKey({ org: A }, 'limit', 'exports', 'who')).toBe(`fabric:{org-${A}}:limit:exports:who`);
  expect(redisKey({ org: A.toUpperCase() }, 'limit', 'x')).toBe(redisKey({ org: A }, 'limit', 'x'));
  expect(redisKey({ cluster: A }, 'once', 'node', 'x')).toBe(`fabric:{cluster-${A}}:once:node:x`);
  expect(redisKey('platform', 'limit', 'srp', '::1')).toBe('fabric:{platform}:limit:srp:::1');
});

test.each(['', '*', 'platform', `${A}}:limit:x:{org-`, `${A}\n`])(
  'an organization %j is none, and makes no key',
  (org) => {
    expect(() => redisKey({ org }, 'limit', 'x')).toThrow();
  },
);

test('nothing in the control API names a key in Redis by hand', () => {
  const edge = fileURLToPath(new URL('.', import.meta.url));
  const sources = readdirSync(edge, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.test\.|dist|redis-gateway/.test(path))
    .map((path) => ({ path, text: readFileSync(join(edge, path), 'utf8') }));
  const talking = sources.filter(({ text }) => /from '@upstash\/redis'/.test(text));
  expect(talking.map(({ path }) => path).sort()).toEqual(['events/signals.ts', 'limits.ts']);
  for (const { path, text } of talking) expect(text, path).toContain('redisKey(');
  const byHand = sources.filter(
    ({ path, text }) => path !== 'redis-keys.ts' && /[`']fabric:(limit|once|events|\{)/.test(text),
  );
  expect(byHand.map(({ path }) => path)).toEqual([]);
});
