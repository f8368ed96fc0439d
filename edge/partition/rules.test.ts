import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Authority } from '../../schema/cluster.ts';
import { after, unproven } from './rules.ts';

const whole = { authority: 'whole', quorum: 'majority' } as const;

test.each([
  [0, 0, true],
  [2, 0, true],
  [3, 1, false],
  [3, 2, true],
  [4, 2, false],
  [4, 3, true],
  [5000, 2500, false],
  [5000, 2501, true],
])('of %i nodes %i are heard: proven is %s', (witnesses, heard, proven) => {
  expect(unproven({ ...whole, witnesses, heard }) === undefined).toBe(proven);
});

test('two sides that share no node are never both proven by a majority', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 100 }), fc.integer({ min: 0, max: 100 }), (witnesses, here) => {
      const heard = Math.min(here, witnesses);
      const sides = [heard, witnesses - heard].map((one) => unproven({ ...whole, witnesses, heard: one }));
      expect(sides).toContainEqual(expect.any(String));
    }),
  );
});

test('who was told to stand back, or saw another promoted, is not proven by any majority', () => {
  for (const authority of ['split', 'fenced'] as const)
    for (const quorum of ['majority', 'none'] as const)
      expect(unproven({ authority, quorum, witnesses: 9, heard: 9 })).toBeTypeOf('string');
});

test('no verb makes an epoch smaller, and whoever acts again is above all that was seen', () => {
  const verbs = fc.constantFrom('split', 'promote', 'merge');
  const state = fc.record({
    authority: fc.constantFrom(...Authority.options),
    epoch: fc.integer({ min: 1, max: 1000 }),
    seenEpoch: fc.integer({ min: 1, max: 1000 }),
  });
  fc.assert(
    fc.property(verbs, state, (verb, before) => {
      const next = after(verb, before);
      if (typeof next === 'string') return;
      expect(next.epoch).toBeGreaterThanOrEqual(before.epoch);
      if (verb !== 'split') expect(next.epoch).toBeGreaterThan(before.epoch);
      if (verb === 'merge') expect(next.epoch).toBeGreaterThan(before.seenEpoch);
    }),
  );
});

test.each([
  ['promote', 'fenced'],
  ['merge', 'whole'],
  ['split', 'split'],
  ['split', 'fenced'],
] as const)('%s is refused while %s', (verb, authority) => {
  expect(after(verb, { authority, epoch: 2, seenEpoch: 3 })).toBeTypeOf('string');
});
