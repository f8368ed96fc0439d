import { expect, test } from 'vitest';
import { keysymOf } from './keysyms.ts';

test.each([
  ['a', 0, 0x61],
  ['~', 0, 0x7e],
  ['ü', 0, 0xfc],
  ['€', 0, 0x010020ac],
  ['Ж', 0, 0x01000416],
  ['😀', 0, 0x0101f600],
  ['Enter', 0, 0xff0d],
  ['F1', 0, 0xffbe],
  ['F12', 0, 0xffc9],
  ['Shift', 1, 0xffe1],
  ['Shift', 2, 0xffe2],
  ['AltGraph', 2, 0xfe03],
  ['Dead', 0, undefined],
  ['AudioVolumeUp', 0, undefined],
])('%s at %i is what X11 calls it', (key, location, keysym) => {
  expect(keysymOf(key, location)).toBe(keysym);
});
