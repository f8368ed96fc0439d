import { Secret } from 'otpauth';
import { expect, test } from 'vitest';
import { newTotpSecret, totpCode, totpStep, totpUri } from './totp.ts';

/** RFC 6238, appendix B (SHA-1), the last six of its eight digits. */
const SECRET = Secret.fromUTF8('12345678901234567890').base32;
const VECTORS: [seconds: number, code: string][] = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
];

test('gives the codes that RFC 6238 published', () => {
  for (const [seconds, code] of VECTORS) {
    expect(totpCode(SECRET, seconds * 1000)).toBe(code);
    expect(totpStep(SECRET, code, seconds * 1000, 0)).toBe(Math.floor(seconds / 30));
  }
});

test('a code is good for its step and one beside it, and only once', () => {
  const now = 59_000;
  expect(totpStep(SECRET, '287082', now + 30_000, 0)).toBe(1);
  expect(totpStep(SECRET, '287082', now + 61_000, 0)).toBeUndefined();
  expect(totpStep(SECRET, '287082', now, 1)).toBeUndefined();
  expect(totpStep(SECRET, '287083', now, 0)).toBeUndefined();
});

test('a new secret has 160 bits, and its address names issuer and person', () => {
  const secret = newTotpSecret();
  expect(Secret.fromBase32(secret).bytes.length).toBe(20);
  const uri = new URL(totpUri(secret, 'ada@b.test'));
  expect(uri.searchParams.get('secret')).toBe(secret);
  expect(decodeURIComponent(uri.pathname)).toContain('ada@b.test');
});
