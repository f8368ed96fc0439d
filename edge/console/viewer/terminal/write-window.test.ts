import { expect, test } from 'vitest';
import { STOP_ABOVE, WriteWindow } from './write-window.ts';

test('stops once above the mark and goes on once well below it', () => {
  const window = new WriteWindow();
  expect(window.handed(STOP_ABOVE)).toBe(false);
  expect(window.handed(1)).toBe(true);
  expect(window.handed(1)).toBe(false);
  expect(window.parsed(2)).toBe(false);
  expect(window.parsed(STOP_ABOVE)).toBe(true);
  expect(window.parsed(0)).toBe(false);
});
