/** A remote program and the clipboard: what may not be set is taken out, however it is written and cut, and nobody asks what is in it. */
import headless from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClipboardFilter } from './osc52.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const shown = (text: string, maySet = false, filter = new ClipboardFilter()) =>
  Buffer.from(filter.pass(bytes(text), maySet)).toString();
const HELLO = Buffer.from('hello').toString('base64');

test.each([
  ['ended by BEL', `\x1b]52;c;${HELLO}\x07`],
  ['ended by ST', `\x1b]52;c;${HELLO}\x1b\\`],
  ['with zeros in front', `\x1b]000000000000052;c;${HELLO}\x07`],
  ['with control characters inside', `\x1b\x00]\x015\x002\x0b;c;\x00${HELLO}\x07`],
  ['by C1 characters', `\u009d52;c;${HELLO}\u009c`],
  ['inside what a multiplexer passes on', `\x1bPtmux;\x1b\x1b]52;c;${HELLO}\x07\x1b\\`],
  ['as a question', '\x1b]52;c;?\x07'],
])('what sets or asks is taken out: %s', (_, sequence) => {
  const out = shown(`before${sequence}after`);
  expect(out).not.toContain('52;c');
  expect(out).not.toContain(HELLO);
  expect(out).toMatch(/^before[\s\S]*after$/);
});

test('where it is allowed a set passes, and a question, what is no base64 and what is too long do not', () => {
  expect(shown(`a\x1b]52;c;${HELLO}\x1b\\b`, true)).toBe(`a\x1b]52;c;${HELLO}\x07\x1b\\b`);
  for (const no of ['?', 'no base64!', 'A'.repeat(90_000)])
    expect(shown(`a\x1b]52;c;${no}\x07b`, true)).toBe('ab');
  const most = Buffer.alloc(64 * 1024, 'x').toString('base64');
  expect(shown(`\x1b]52;c;${most}\x07`, true)).toContain(most);
});

test('all else goes by untouched', () => {
  const others = [
    '\x1b]0;title\x07',
    '\x1b]8;;https://a.test\x1b\\link',
    '\x1b[31mred',
    '\x1b]5;c;x\x07',
    'é\u00c2"”',
    '\x1b]522;c;x\x07',
  ];
  for (const text of others) expect(shown(text)).toBe(text);
  const binary = Uint8Array.from({ length: 512 }, (_, at) => (at * 7) % 256).filter((byte) => byte !== 0x1b);
  expect(Buffer.from(new ClipboardFilter().pass(binary, false))).toEqual(Buffer.from(binary));
});

/** What a real terminal makes of it. */
async function heard(output: Uint8Array): Promise<string[]> {
  const terminal = new headless.Terminal({ allowProposedApi: true, logLevel: 'off' });
  const got: string[] = [];
  terminal.parser.registerOscHandler(52, (data) => {
    got.push(data);
    return true;
  });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  terminal.dispose();
  return got;
}

test('whatever is written, in whatever pieces: the terminal hears of its clipboard nothing', async () => {
  const word = fc.constantFrom(
    ...[
      '\x1b',
      ']',
      '5',
      '2',
      ';',
      'c',
      '0',
      '\x00',
      '\x07',
      '\\',
      '\u009d',
      '\u009c',
      '\u0090',
      'P',
      '[',
      '\x18',
      'é',
    ],
    '\x1b]52;c;',
    '\x1b]52;',
    HELLO,
    '?',
  );
  let dangerous = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { maxLength: 25 }),
      fc.integer({ min: 1, max: 9 }),
      async (words, cut) => {
        const whole = bytes(words.join(''));
        if ((await heard(whole)).length > 0) dangerous += 1;
        const filter = new ClipboardFilter();
        const out: Uint8Array[] = [];
        for (let at = 0; at < whole.length; at += cut)
          out.push(filter.pass(whole.subarray(at, at + cut), false));
        expect(await heard(Buffer.concat(out))).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
  expect(dangerous).toBeGreaterThan(3);
});
