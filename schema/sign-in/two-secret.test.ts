import { hkdfSync, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { textOctets, toNumber } from './octets.ts';
import { deriveX, enrolVerifier, PBKDF2_ITERATIONS } from './two-secret.ts';

const SALT = textOctets('0123456789abcdef');
const SECRETS = {
  email: 'Ada@B.test ',
  password: ' grüße ',
  secretKey: 'F1-00000-00000-00000-00000-00000-00000',
};

test('is PBKDF2 of the password with 650,000 rounds XOR HKDF of the secret key, both bound to the e-mail address', async () => {
  const hkdf = (key: string | Uint8Array, info: string) =>
    Buffer.from(hkdfSync('sha256', key, 'ada@b.test', info, 32));
  const stretched = pbkdf2Sync(
    'grüße'.normalize('NFKD'),
    hkdf(SALT, 'fabric 2skd 1 password'),
    650_000,
    32,
    'sha256',
  );
  const keyed = hkdf(SECRETS.secretKey, 'fabric 2skd 1 secret key');
  expect(PBKDF2_ITERATIONS).toBe(650_000);
  expect(await deriveX(SECRETS, SALT)).toBe(toNumber(stretched.map((octet, at) => octet ^ (keyed[at] ?? 0))));
});

test('the same password however it is composed, and another for each change of what goes in', async () => {
  const x = (change: Partial<typeof SECRETS>, salt = SALT) => deriveX({ ...SECRETS, ...change }, salt, 10);
  const usual = await x({});
  expect(await x({ password: 'grüße'.normalize('NFD'), email: 'ada@b.test' })).toBe(usual);
  const others = await Promise.all([
    x({ password: 'grüßE' }),
    x({ email: 'bob@b.test' }),
    x({ secretKey: 'F1-00000-00000-00000-00000-00000-00001' }),
    x({}, textOctets('0123456789abcdeg')),
  ]);
  expect(new Set([usual, ...others]).size).toBe(5);
});

test('what is enrolled differs each time and holds neither secret', async () => {
  const [one, two] = await Promise.all([enrolVerifier(SECRETS), enrolVerifier(SECRETS)]);
  expect(one.salt).not.toBe(two.salt);
  expect(one.verifier).not.toBe(two.verifier);
});
