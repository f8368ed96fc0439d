import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OrgId, UserId } from '../../schema/ids.ts';
import { OrgRole } from '../../schema/roles.ts';
import { type Account, decide, domainOf, type Facts, mapRole, type Vouching } from './rules.ts';

const [own, other] = [OrgId.parse(crypto.randomUUID()), OrgId.parse(crypto.randomUUID())];
const provider: Vouching = {
  org: own,
  emailDomains: [],
  provisioning: true,
  roles: { groups: [{ group: 'staff', role: 'organization_user' }], otherwise: null },
};
const identity = { subject: 's', email: 'a@corp.test', name: 'A', groups: ['staff'] };
const account = (more: Partial<Account> = {}): Account => ({
  id: UserId.parse(crypto.randomUUID()),
  email: 'a@corp.test',
  hasPlatformRole: false,
  organizations: [own],
  ...more,
});
const facts = (more: Partial<Facts> = {}): Facts => ({
  linked: undefined,
  sameAddress: undefined,
  ownerOf: () => undefined,
  ...more,
});

describe('a role', () => {
  test('is the highest that any group gives, whatever their order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...OrgRole.options], { minLength: 1 }), (roles) => {
        const groups = roles.map((role) => ({ group: `g-${role}`, role }));
        const held = groups.map(({ group }) => group).reverse();
        const highest = OrgRole.options.find((role) => roles.includes(role));
        expect(mapRole({ groups, otherwise: null }, held)).toBe(highest);
      }),
    );
  });

  test('comes from a group of exactly that name, else from nothing', () => {
    for (const near of ['Staff', 'staff ', 'sta', 'staff2'])
      expect(mapRole(provider.roles, [near])).toBeUndefined();
    expect(mapRole({ ...provider.roles, otherwise: 'organization_auditor' }, ['x'])).toBe(
      'organization_auditor',
    );
  });
});

describe('a provider', () => {
  test('makes an account only where it may, and never under an address of a domain that is verified as another’s', () => {
    expect(decide(provider, identity, facts()).do).toBe('create');
    expect(decide({ ...provider, provisioning: false }, identity, facts())).toEqual({
      do: 'refuse',
      code: 'sso_no_account',
    });
    expect(decide(provider, identity, facts({ ownerOf: () => other }))).toEqual({
      do: 'refuse',
      code: 'sso_not_yours',
    });
  });

  test('never opens an account with a role on the platform, linked or not', () => {
    const powerful = account({ hasPlatformRole: true });
    const ownerOf = () => own;
    expect(decide(provider, identity, facts({ linked: powerful, ownerOf })).do).toBe('refuse');
    const sameAddress = { ...powerful, isLinkedHere: false };
    expect(decide(provider, identity, facts({ sameAddress, ownerOf })).do).toBe('refuse');
  });

  test('opens a linked account that is also a member elsewhere only where it owns the domain', () => {
    const linked = account({ organizations: [own, other] });
    expect(decide(provider, identity, facts({ linked })).do).toBe('refuse');
    expect(decide(provider, identity, facts({ linked, ownerOf: () => own })).do).toBe('sign-in');
  });

  test('links by address only where it owns the domain, and one subject to an account', () => {
    const sameAddress = { ...account(), isLinkedHere: false };
    expect(decide(provider, identity, facts({ sameAddress })).do).toBe('refuse');
    expect(decide(provider, identity, facts({ sameAddress, ownerOf: () => own })).do).toBe('link');
    const taken = { ...sameAddress, isLinkedHere: true };
    expect(decide(provider, identity, facts({ sameAddress: taken, ownerOf: () => own })).do).toBe('refuse');
  });

  test('speaks for addresses of its own list only, by whole domains', () => {
    const listed = { ...provider, emailDomains: ['corp.test'] };
    expect(decide(listed, identity, facts()).do).toBe('create');
    for (const email of ['a@evilcorp.test', 'a@corp.test.evil', 'a@sub.corp.test', 'a@corp.test@evil.test'])
      expect(decide(listed, { ...identity, email }, facts()).do, email).toBe('refuse');
  });

  test('lets in whom the organization invited, without leave to make accounts, at its own domain alone', () => {
    const strict = { ...provider, provisioning: false };
    const sameAddress = { ...account({ organizations: [other] }), isLinkedHere: false };
    const invited = facts({ sameAddress, isInvited: true, ownerOf: () => own });
    expect(decide(strict, identity, invited).do).toBe('link');
    expect(decide(strict, identity, { ...invited, isInvited: false })).toMatchObject({
      code: 'sso_no_account',
    });
    const elsewhere = { ...invited, ownerOf: () => undefined };
    expect(decide(strict, identity, elsewhere)).toMatchObject({ code: 'sso_not_yours' });
  });

  test('that gives no role takes the membership away, and makes nobody a member again without its leave', () => {
    const linked = account();
    expect(decide(provider, { ...identity, groups: [] }, facts({ linked }))).toEqual({
      do: 'deprovision',
      user: linked.id,
    });
    const former = account({ organizations: [] });
    expect(decide({ ...provider, provisioning: false }, identity, facts({ linked: former })).do).toBe(
      'refuse',
    );
  });
});

test('the domain of an address is what follows its last @', () => {
  expect(domainOf('"a@b"@Corp.Test')).toBe('corp.test');
});
