/** What of a terminal's words about the clipboard gets into it. */
import { expect, test } from 'vitest';
import { clipboardText } from './clipboard.ts';

test.each([
  ['c;aGVsbG8=', 'hello'],
  [';w6k=', 'é'],
  ['c;', ''],
  ['c;?', undefined],
  ['c;/w==', undefined],
  ['c;a', undefined],
  ['c;<b>', undefined],
  ['aGVsbG8=', undefined],
])('%s is %s', (said, text) => {
  expect(clipboardText(said)).toBe(text);
});
