import { expect, test } from 'vitest';
import { OrgId } from '../../schema/ids.ts';
import { chooseOrganization } from './choice.ts';

const id = (last: string) => OrgId.parse(`0f8fad5b-d9cb-469f-a165-70867728950${last}`);
const acme = { id: id('a'), name: 'acme', role: 'organization_user' } as const;
const other = { id: id('b'), name: 'other', role: 'organization_owner' } as const;

test('the address goes before what was chosen last, and that before the first', () => {
  expect(chooseOrganization([acme, other], 'other', 'acme')).toBe(other);
  expect(chooseOrganization([acme, other], undefined, 'other')).toBe(other);
  expect(chooseOrganization([acme, other], undefined, 'gone')).toBe(acme);
});

test('an id opens an organization one does not belong to; an unknown name none at all, never another', () => {
  expect(chooseOrganization([acme], id('c'), null)).toEqual({ id: id('c'), name: id('c') });
  expect(chooseOrganization([acme], 'elsewhere', null)).toBeUndefined();
  expect(chooseOrganization([], undefined, 'acme')).toBeUndefined();
});
