/** The window against WireGuard's own vectors (`replay_test.go`), and against a set that remembers everything. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REPLAY_WINDOW, ReplayWindow } from './replay-window.ts';

const LIMIT = REPLAY_WINDOW + 1;

test('WireGuard’s vectors', () => {
  const vectors: [number, boolean][] = [
    [0, true],
    [1, true],
    [1, false],
    [9, true],
    [8, true],
    [7, true],
    [7, false],
    [LIMIT, true],
    [LIMIT - 1, true],
    [LIMIT - 1, false],
    [LIMIT - 2, true],
    [2, true],
    [2, false],
    [LIMIT + 16, true],
    [3, false],
    [LIMIT + 16, false],
    [LIMIT * 4, true],
    [LIMIT * 4 - (LIMIT - 1), true],
    [10, false],
    [LIMIT * 4 - LIMIT, false],
    [LIMIT * 4 - (LIMIT + 1), false],
    [LIMIT * 4 - (LIMIT - 2), true],
    [LIMIT * 4 + 1 - LIMIT, false],
    [0, false],
  ];
  const window = new ReplayWindow();
  expect(vectors.map(([number]) => [number, window.take(number)])).toEqual(vectors);
});

test('a whole window forwards, backwards, and one step beyond', () => {
  const takes = (window: ReplayWindow, numbers: number[]) =>
    numbers.filter((number) => window.take(number)).length;
  const upTo = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const forwards = new ReplayWindow();
  expect(takes(forwards, upTo(1, REPLAY_WINDOW))).toBe(REPLAY_WINDOW);
  expect([forwards.take(0), forwards.take(0)]).toEqual([true, false]);
  const later = new ReplayWindow();
  expect(takes(later, upTo(2, LIMIT))).toBe(REPLAY_WINDOW);
  expect([later.take(1), later.take(0)]).toEqual([true, false]);
  const backwards = new ReplayWindow();
  expect(takes(backwards, upTo(1, LIMIT).reverse())).toBe(LIMIT);
  expect(backwards.take(0)).toBe(false);
});

test('whatever comes, each number within the window is taken once, and none behind it', () => {
  const steps = fc.array(
    fc.oneof(fc.integer({ min: -9000, max: 40 }), fc.integer({ min: 0, max: 2 ** 40 })),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(steps, (jumps) => {
      const [window, seen] = [new ReplayWindow(), new Set<number>()];
      let highest = 0;
      for (const jump of jumps) {
        const number = Math.max(0, highest + jump);
        const isNew = !seen.has(number) && highest - number <= REPLAY_WINDOW;
        expect(window.mayCome(number)).toBe(isNew);
        expect(window.take(number)).toBe(isNew);
        if (isNew) seen.add(number);
        highest = Math.max(highest, number);
      }
    }),
    { numRuns: 300 },
  );
});
