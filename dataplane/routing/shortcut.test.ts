import { expect, test } from 'vitest';
import { natOf, type ShortcutFacts, type Unmet, unmet } from './shortcut.ts';

const all: ShortcutFacts = {
  flowAgeMs: 60_000,
  rttMs: 80,
  relays: 2,
  isNamed: true,
  mayMeet: true,
  nat: 'cone',
  sinceLastTryMs: Number.POSITIVE_INFINITY,
  isLinked: false,
};

test('a shortcut is tried when every condition is met', () => expect(unmet(all)).toEqual([]));

test.each<[Partial<ShortcutFacts>, Unmet]>([
  [{ isLinked: true }, 'linked_already'],
  [{ flowAgeMs: 100 }, 'no_long_lived_flow'],
  [{ rttMs: 2 }, 'not_slow'],
  [{ relays: 0 }, 'nothing_to_gain'],
  [{ mayMeet: false }, 'not_permitted'],
  [{ isNamed: false }, 'not_trusted'],
  [{ nat: 'symmetric' }, 'not_possible'],
  [{ sinceLastTryMs: 5_000 }, 'tried_lately'],
])('and not when one is missing: %j', (missing, name) =>
  expect(unmet({ ...all, ...missing })).toEqual([name]),
);

const bound = { address: '10.0.0.2', port: 4433 };
test.each([
  [[], 'unknown'],
  [['10.0.0.2:4433'], 'open'],
  [['203.0.113.1:4433'], 'unknown'],
  [['203.0.113.1:61000', '203.0.113.1:61000'], 'cone'],
  [['203.0.113.1:61000', '203.0.113.1:61001'], 'symmetric'],
] as const)('two peers who see it come from %j: %s', (seen, nat) => expect(natOf(seen, bound)).toBe(nat));
