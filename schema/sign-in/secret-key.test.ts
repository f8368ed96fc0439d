import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newSecretKey, parseSecretKey } from './secret-key.ts';

test('a key is F1 and six groups of five, and reads back however it is typed', () => {
  const key = newSecretKey();
  expect(key).toMatch(/^F1(-[0-9A-HJKMNP-TV-Z]{5}){6}$/);
  for (const typed of [key.toLowerCase(), key.replaceAll('-', ''), ` ${key.replaceAll('-', ' ')}\n`])
    expect(parseSecretKey(typed)).toBe(key);
});

test('letters that look like digits are read as them', () => {
  const key = newSecretKey(new Uint8Array(29).fill(1));
  expect(parseSecretKey(key.replaceAll('1', 'l').replace(/^Fl/, 'F1'))).toBe(key);
});

test('one wrong symbol is always found', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 29, maxLength: 29 }),
      fc.nat(28),
      fc.integer({ min: 1, max: 31 }),
      (random, at, change) => {
        const wrong = random.slice();
        wrong[at] = ((random[at] ?? 0) % 32) ^ change;
        const digit = newSecretKey(random).at(-1) ?? '';
        return parseSecretKey(newSecretKey(wrong).slice(0, -1) + digit) === undefined;
      },
    ),
  );
});

test('what is no key is refused', () => {
  for (const text of ['', 'F1-', 'F2-00000-00000-00000-00000-00000-00000', `${newSecretKey()}0`])
    expect(parseSecretKey(text)).toBeUndefined();
});
