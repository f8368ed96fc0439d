import { expect, test } from 'vitest';
import { PathWatch } from './path-watch.ts';

const looks = (watch: PathWatch, rounds: [sent: number, received: number][]) =>
  rounds.map(([sent, received]) => watch.look(sent, received));

test('a path on which nobody says anything is fine, however long', () => {
  const watch = new PathWatch();
  watch.restart();
  expect(new Set(looks(watch, Array(50).fill([4, 4])))).toEqual(new Set(['fine']));
});

test('something said and nothing heard: it is asked, then given up', () => {
  const watch = new PathWatch();
  watch.restart();
  expect(watch.look(4, 4)).toBe('fine');
  expect(looks(watch, Array(7).fill([5, 4]))).toEqual([
    'fine',
    'ask',
    'fine',
    'fine',
    'fine',
    'fine',
    'dead',
  ]);
});

test('whatever comes clears it', () => {
  const watch = new PathWatch();
  watch.restart();
  looks(watch, [
    [4, 4],
    [5, 4],
    [6, 4],
    [6, 4],
  ]);
  expect(
    looks(watch, [
      [6, 5],
      [6, 5],
      [6, 5],
    ]),
  ).toEqual(['fine', 'fine', 'fine']);
});
