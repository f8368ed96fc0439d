import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { API_TYPES, apiTypes } from './api-types.ts';

test('the generated types are those of the routes: else run `node scripts/api-types.ts`', async () => {
  expect(readFileSync(API_TYPES, 'utf8')).toBe(await apiTypes());
});
