import { expect, test } from 'vitest';
import { MAX_SECRET_BYTES, type SecretKind, unfitValue } from './secret-kinds.ts';

const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\n';
const FITS: [SecretKind, string][] = [
  ['password', 'correct horse'],
  ['ssh_key', KEY],
  ['token', 'fabk_x~1'],
  ['certificate', '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n'],
  ['text', 'anything\nat all'],
  ['text', 'x'.repeat(MAX_SECRET_BYTES)],
];
const DOES_NOT: [SecretKind, string][] = [
  ['password', 'two\nlines'],
  ['password', 'x'.repeat(1025)],
  ['ssh_key', 'hunter2'],
  ['token', 'with a space'],
  ['certificate', KEY],
  ['text', ''],
  ['text', 'ü'.repeat(MAX_SECRET_BYTES / 2 + 1)],
];

test('each kind takes its own form', () => {
  for (const [kind, value] of FITS) expect(unfitValue(kind, value), kind).toBeUndefined();
});

test('what does not fit is refused in words that hold nothing of the value', () => {
  for (const [kind, value] of DOES_NOT) {
    const why = unfitValue(kind, value);
    expect(why, kind).toBeTypeOf('string');
    if (value !== '') expect(why).not.toContain(value);
  }
});
