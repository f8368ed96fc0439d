import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ORG_PERMISSIONS,
  ORG_ROLE_PERMISSIONS,
  type OrgPermission,
  STEP_UP,
} from '../../schema/permissions.ts';
import { OrgRole } from '../../schema/roles.ts';
import { forKeys, permissionsOf, requireHeld } from './may-give.ts';

const some = fc.subarray([...ORG_PERMISSIONS]);
const giver = (held: readonly OrgPermission[], setsUp = false) => ({ permissions: new Set(held), setsUp });
const mayGive = (held: readonly OrgPermission[], given: readonly OrgPermission[]) => {
  try {
    requireHeld(giver(held), given);
    return true;
  } catch {
    return false;
  }
};

test('nobody gives what they do not hold', () => {
  fc.assert(
    fc.property(some, some, (held, given) => {
      expect(mayGive(held, given)).toBe(given.every((permission) => held.includes(permission)));
    }),
  );
});

test('an admin neither makes nor changes an owner; an owner does both', () => {
  const { organization_owner: owner, organization_admin: admin } = ORG_ROLE_PERMISSIONS;
  expect(mayGive(admin, owner)).toBe(false);
  expect(mayGive(admin, admin)).toBe(true);
  expect(mayGive(owner, owner)).toBe(true);
});

test('who sets an organization up gives without holding', () => {
  expect(() => requireHeld(giver([], true), ORG_ROLE_PERMISSIONS.organization_owner)).not.toThrow();
});

test('a key holds nothing that asks for a person', () => {
  for (const role of OrgRole.options)
    for (const permission of forKeys(ORG_ROLE_PERMISSIONS[role])) expect(STEP_UP.has(permission)).toBe(false);
  expect(forKeys(['resources.use', 'secrets.reveal'])).toEqual(['resources.use']);
});

test('a role of an organization never passes for a built-in one', () => {
  const custom = new Map([['organization_user', ORG_PERMISSIONS]]);
  expect(permissionsOf('organization_user', custom)).toBe(ORG_ROLE_PERMISSIONS.organization_user);
  expect(permissionsOf('nobody', custom)).toBeUndefined();
});
