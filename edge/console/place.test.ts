import { expect, test } from 'vitest';
import { organizationAddress, placeOf, platformAddress } from './place.ts';

test('each page has an address, and any other address is the list', () => {
  expect(placeOf('#/r/demo-shell')).toEqual({ page: 'resource', name: 'demo-shell' });
  expect(placeOf('#/join/abc_DEF-1')).toEqual({ page: 'join', name: 'abc_DEF-1' });
  expect(placeOf('#/security').page).toBe('security');
  expect(placeOf('#/single-sign-on').page).toBe('single-sign-on');
  expect(placeOf('#/o/acme/members')).toEqual({ page: 'organization', name: 'members', org: 'acme' });
  expect(placeOf(organizationAddress('acme', 'webhooks', '1f-2'))).toEqual({
    page: 'organization',
    name: 'webhooks',
    org: 'acme',
    item: '1f-2',
  });
  expect(placeOf(platformAddress('clusters', 'a1'))).toEqual({
    page: 'platform',
    name: 'clusters',
    item: 'a1',
  });
  for (const other of [
    '',
    '#/',
    '#/r/',
    '#/r/a/b',
    '#/join/',
    '#/sso?code=x',
    '#/o/acme',
    '#/o/A/b',
    '#/platform/',
  ])
    expect(placeOf(other).page, other).toBe('resources');
});
