import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROTOCOL_CHANNELS } from '../../schema/api/resources.ts';
import { CHANNELS, type ChannelGrants } from '../../schema/channel.ts';
import { GroupId, ResourceId, ServiceAccountId, UserId } from '../../schema/ids.ts';
import { DAYS, type Grantee, type Scope, type Window } from '../../schema/policy.ts';
import { allowedChannels, type Governed, type Grant, isAtLeast, type Principal } from './evaluate.ts';

const NOW = new Date('2026-03-04T12:00:00Z');
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** Few of each, so that grants often meet. */
const small = fc.integer({ min: 0, max: 2 });
const id = small.map(uuid);
const labels = fc.dictionary(fc.constantFrom('env', 'team'), fc.constantFrom('a', 'b'), { maxKeys: 2 });
const role = fc.constantFrom('organization_user', 'organization_admin', 'support');

const channels: fc.Arbitrary<ChannelGrants> = fc.dictionary(
  fc.constantFrom(...CHANNELS),
  fc.record({ send: fc.boolean(), receive: fc.boolean() }),
);
const to: fc.Arbitrary<Grantee> = fc.oneof(
  id.map((user) => ({ type: 'user' as const, user: UserId.parse(user) })),
  role.map((name) => ({ type: 'role' as const, role: name })),
  id.map((group) => ({ type: 'group' as const, group: GroupId.parse(group) })),
  id.map((account) => ({
    type: 'service_account' as const,
    serviceAccount: ServiceAccountId.parse(account),
  })),
);
const on: fc.Arbitrary<Scope> = fc.oneof(
  id.map((resource) => ({ resource: ResourceId.parse(resource) })),
  labels.map((matchLabels) => ({ matchLabels })),
);
const window: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([...DAYS], { minLength: 1 }),
  from: fc.constantFrom('00:00', '08:00', '22:00'),
  to: fc.constantFrom('06:00', '12:00', '12:01', '23:59'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
});
const grant: fc.Arbitrary<Grant> = fc.record({
  to,
  on,
  channels: fc.option(channels),
  expiresAt: fc.option(fc.constantFrom(new Date(NOW.getTime() - 1), NOW, new Date(NOW.getTime() + 1))),
  window: fc.option(window, { freq: 3 }),
});
const grants = fc.array(grant, { maxLength: 8 });
const principal: fc.Arbitrary<Principal> = fc.record({
  type: fc.constantFrom('user' as const, 'service_account' as const),
  id,
  roles: fc.uniqueArray(role).map((names) => new Set(names)),
  groups: fc.uniqueArray(id).map((ids) => new Set(ids)),
});
const resource: fc.Arbitrary<Governed> = fc.record({
  id,
  protocol: fc.constantFrom('ssh' as const, 'tcp' as const, 'vnc' as const),
  labels,
});

describe('whatever the grants', () => {
  test('without one, nothing is allowed', () => {
    fc.assert(
      fc.property(principal, resource, (who, what) => {
        expect(allowedChannels(who, what, [], NOW)).toBeUndefined();
      }),
    );
  });

  test('one more never takes anything away', () => {
    fc.assert(
      fc.property(principal, resource, grants, grant, (who, what, some, more) => {
        const before = allowedChannels(who, what, some, NOW);
        expect(isAtLeast(allowedChannels(who, what, [...some, more], NOW), before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('the answer never goes beyond what the protocol has, and never names a channel in vain', () => {
    fc.assert(
      fc.property(principal, resource, grants, (who, what, some) => {
        const allowed = allowedChannels(who, what, some, NOW);
        expect(isAtLeast(PROTOCOL_CHANNELS[what.protocol], allowed)).toBe(true);
        for (const given of Object.values(allowed ?? {})) expect(given.send || given.receive).toBe(true);
        if (allowed) expect(Object.keys(allowed)).not.toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('their order does not matter', () => {
    const shuffled = grants.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(
      fc.property(principal, resource, shuffled, (who, what, [some, other]) => {
        expect(allowedChannels(who, what, some, NOW)).toEqual(allowedChannels(who, what, other, NOW));
      }),
      { numRuns: 500 },
    );
  });

  test('they add up: together they allow what each allows, and no more', () => {
    fc.assert(
      fc.property(principal, resource, grants, (who, what, some) => {
        const together = allowedChannels(who, what, some, NOW);
        const each = some.map((one) => allowedChannels(who, what, [one], NOW));
        for (const channel of CHANNELS) {
          for (const way of ['send', 'receive'] as const) {
            const any = each.some((one) => one?.[channel]?.[way] ?? false);
            expect(together?.[channel]?.[way] ?? false).toBe(any);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('one that has expired is as if it were not there', () => {
    fc.assert(
      fc.property(principal, resource, grants, (who, what, some) => {
        const live = some.filter(({ expiresAt }) => expiresAt === null || expiresAt > NOW);
        expect(allowedChannels(who, what, some, NOW)).toEqual(allowedChannels(who, what, live, NOW));
      }),
    );
  });
});

const me: Principal = { type: 'user', id: uuid(1), roles: new Set(['support']), groups: new Set([uuid(7)]) };
const shell: Governed = { id: uuid(2), protocol: 'ssh', labels: { env: 'a', team: 'b' } };
const giving = (changes: Partial<Grant>): Grant => ({
  to: { type: 'user', user: UserId.parse(uuid(1)) },
  on: { resource: ResourceId.parse(uuid(2)) },
  channels: null,
  expiresAt: null,
  window: null,
  ...changes,
});
const isAllowed = (changes: Partial<Grant>, what = shell) =>
  allowedChannels(me, what, [giving(changes)], NOW) !== undefined;

describe('a selector', () => {
  test.each([
    [{ env: 'a' }, true],
    [{ env: 'a', team: 'b' }, true],
    [{ env: 'b' }, false],
    [{ env: 'a', team: 'a' }, false],
    [{ env: 'a', zone: 'a' }, false],
    // Nothing asked for is a slip, not everything.
    [{}, false],
    [{ constructor: 'a' }, false],
  ])('%j: %s', (matchLabels, expected) => {
    expect(isAllowed({ on: { matchLabels } })).toBe(expected);
  });

  test('more labels on a resource never make it match less', () => {
    fc.assert(
      fc.property(labels, labels, (wanted, more) => {
        const on = { matchLabels: wanted };
        const plain = isAllowed({ on }, { ...shell, labels: wanted });
        expect(isAllowed({ on }, { ...shell, labels: { ...more, ...wanted } })).toBe(plain);
      }),
    );
  });
});

test('a grant is for whom it names: a service account of the same id is somebody else', () => {
  expect(isAllowed({})).toBe(true);
  expect(isAllowed({ to: { type: 'role', role: 'support' } })).toBe(true);
  expect(isAllowed({ to: { type: 'role', role: 'organization_user' } })).toBe(false);
  expect(isAllowed({ to: { type: 'group', group: GroupId.parse(uuid(7)) } })).toBe(true);
  expect(isAllowed({ to: { type: 'group', group: GroupId.parse(uuid(1)) } })).toBe(false);
  expect(
    isAllowed({ to: { type: 'service_account', serviceAccount: ServiceAccountId.parse(uuid(1)) } }),
  ).toBe(false);
  expect(allowedChannels({ ...me, type: 'service_account' }, shell, [giving({})], NOW)).toBeUndefined();
});

test('one direction of one channel is just that', () => {
  const channelGrants = { terminal: { send: false, receive: true }, render: { send: true, receive: true } };
  expect(allowedChannels(me, shell, [giving({ channels: channelGrants })], NOW)).toEqual({
    terminal: { send: false, receive: true },
  });
});

test('outside its window a grant is as if it were not there', () => {
  const hours = { from: '08:00', to: '18:00', timeZone: 'UTC' };
  expect(isAllowed({ window: { days: ['wed'], ...hours } })).toBe(true);
  expect(isAllowed({ window: { days: ['thu'], ...hours } })).toBe(false);
});
