import { expect, test } from 'vitest';
import type { KeyPhase, RotationStep } from '../../schema/api/keys.ts';
import { blocking, movesOf, OVERLAP_MS, type PhasedKey } from './phases.ts';

const NOW = 1_000_000_000;
const key = (id: string, phase: KeyPhase, phaseAt = NOW, createdAt = phaseAt): PhasedKey => ({
  id,
  phase,
  phaseAt,
  createdAt,
});
const nobody = { toLearn: [], toRenew: [] };

function after(keys: readonly PhasedKey[], step: RotationStep): PhasedKey[] | undefined {
  const moves = movesOf(step, keys);
  if (!moves) return undefined;
  const moved = keys.flatMap((one) => {
    const move = moves.moves.find(({ id }) => id === one.id);
    if (!move) return [one];
    return move.to === null ? [] : [{ ...one, phase: move.to }];
  });
  return moves.make ? [...moved, key('new', 'introduced')] : moved;
}
const phases = (keys: readonly PhasedKey[] | undefined) =>
  keys && Object.fromEntries(keys.map(({ id, phase }) => [id, phase]));

test('three steps there, three back, each the only next one', () => {
  let keys = [key('old', 'active')];
  const stops = [keys];
  for (const step of ['introduce', 'activate', 'retire'] as const) {
    for (const wrong of (['introduce', 'activate', 'retire'] as const).filter((one) => one !== step))
      expect(after(keys, wrong), `${wrong} instead of ${step}`).toBeUndefined();
    keys = after(keys, step) ?? [];
    stops.push(keys);
  }
  expect(stops.map(phases)).toEqual([
    { old: 'active' },
    { old: 'active', new: 'introduced' },
    { old: 'previous', new: 'active' },
    { old: 'retired', new: 'active' },
  ]);
  for (const stop of stops.slice(0, -1).reverse()) {
    keys = after(keys, 'back') ?? [];
    expect(phases(keys)).toEqual(phases(stop));
  }
  expect(after(keys, 'back')).toBeUndefined();
});

test('the next rotation forgets the key before the last, and with it the way back there', () => {
  expect(phases(after([key('older', 'retired'), key('old', 'active')], 'introduce'))).toEqual({
    old: 'active',
    new: 'introduced',
  });
});

test.each([
  ['introduce', 'signing', [key('old', 'active')], { toLearn: ['n'], toRenew: [] }, undefined],
  [
    'activate',
    'signing',
    [key('old', 'active'), key('new', 'introduced')],
    { toLearn: ['n'], toRenew: [] },
    'n',
  ],
  [
    'activate',
    'ca',
    [key('old', 'active'), key('new', 'introduced')],
    { toLearn: [], toRenew: ['n'] },
    undefined,
  ],
  ['retire', 'ca', [key('old', 'previous'), key('new', 'active')], { toLearn: [], toRenew: ['n'] }, 'n'],
  ['retire', 'ca', [key('old', 'previous'), key('new', 'active')], nobody, undefined],
  [
    'retire',
    'signing',
    [key('old', 'previous', NOW - OVERLAP_MS + 1), key('new', 'active')],
    nobody,
    'until',
  ],
  ['retire', 'signing', [key('old', 'previous', NOW - OVERLAP_MS), key('new', 'active')], nobody, undefined],
  // Never signed; signed until a moment ago; a CA whose certificates are still shown.
  ['back', 'signing', [key('old', 'active'), key('new', 'introduced')], nobody, undefined],
  ['back', 'signing', [key('old', 'active'), key('new', 'introduced', NOW, NOW - 9)], nobody, 'until'],
  ['back', 'ca', [key('old', 'active'), key('new', 'introduced')], { toLearn: [], toRenew: ['n'] }, 'n'],
  // What makes more believed, or the old one sign again, need not wait.
  [
    'back',
    'ca',
    [key('old', 'retired'), key('new', 'active')],
    { toLearn: ['n'], toRenew: ['n'] },
    undefined,
  ],
  [
    'back',
    'signing',
    [key('old', 'previous'), key('new', 'active')],
    { toLearn: ['n'], toRenew: [] },
    undefined,
  ],
] as const)('%s of %s waits for what could break', (step, purpose, keys, waiting, waits) => {
  const said = blocking(step, purpose, keys, waiting, NOW);
  if (waits === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(waits);
});
