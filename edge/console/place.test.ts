import { expect, test } from 'vitest';
import { placeOf } from './place.ts';

test('each page has an address, and any other address is the list', () => {
  expect(placeOf('#/r/demo-shell')).toEqual({ page: 'resource', name: 'demo-shell' });
  expect(placeOf('#/join/abc_DEF-1')).toEqual({ page: 'join', name: 'abc_DEF-1' });
  expect(placeOf('#/security').page).toBe('security');
  expect(placeOf('#/single-sign-on').page).toBe('single-sign-on');
  for (const other of ['', '#/', '#/r/', '#/r/a/b', '#/join/', '#/sso?code=x'])
    expect(placeOf(other).page, other).toBe('resources');
});
