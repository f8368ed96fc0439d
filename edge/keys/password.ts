/** Passwords: scrypt (RFC 7914), 32 MiB and three passes, with its parameters in the text so that they can be raised later. */
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { base64url } from 'jose';

const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const LENGTH = 32;

export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await derive(password, salt, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${base64url.encode(salt)}$${base64url.encode(key)}`;
}

/** Takes as long when there is no such user (`hash` undefined), so that time does not tell. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, n, r, p, salt = '', key = ''] = (hash ?? NOBODY).split('$');
  const derived = await derive(password, base64url.decode(salt), {
    N: Number(n),
    r: Number(r),
    p: Number(p),
  });
  return equal(derived, base64url.decode(key)) && hash !== undefined;
}

const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${base64url.encode(new Uint8Array(16))}$${base64url.encode(new Uint8Array(LENGTH))}`;

function derive(
  password: string,
  salt: Uint8Array,
  cost: { N: number; r: number; p: number },
): Promise<Uint8Array> {
  return scryptAsync(password.normalize('NFKC'), salt, { ...cost, dkLen: LENGTH });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [at, octet] of a.entries()) difference |= octet ^ (b[at] ?? 0);
  return difference === 0;
}
