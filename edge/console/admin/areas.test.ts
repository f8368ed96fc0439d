import { expect, test } from 'vitest';
import { ORG_ROLE_PERMISSIONS, PLATFORM_ROLE_PERMISSIONS } from '../../../schema/permissions.ts';
import { areasFor } from './areas.ts';

const shown = (held: readonly string[]) =>
  areasFor((permission) => held.includes(permission)).flatMap(({ pages }) => pages.map(({ id }) => id));

test('an ordinary user is shown no administration, an auditor only what can be read', () => {
  expect(shown(ORG_ROLE_PERMISSIONS.organization_user)).toEqual([]);
  expect(shown(ORG_ROLE_PERMISSIONS.organization_auditor)).toEqual([
    'members',
    'invitations',
    'groups',
    'roles',
    'grants',
    'sessions',
    'audit',
    'key-uses',
    'settings',
    'sign-in-policy',
  ]);
});

test('who recovers partitions sees clusters, health and the trail of the platform, and no organization', () => {
  expect(shown(PLATFORM_ROLE_PERMISSIONS.platform_recovery)).toEqual([
    'clusters',
    'health',
    'platform-audit',
  ]);
});

test("an organization's owner is shown everything of it, and nothing of the platform", () => {
  const pages = shown(ORG_ROLE_PERMISSIONS.organization_owner);
  expect(pages).toContain('support-access');
  expect(pages).not.toContain('organizations');
});
