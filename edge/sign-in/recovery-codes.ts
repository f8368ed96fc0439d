/** Recovery codes: ten, each good once, kept as a keyed hash so that a stolen table can't be searched. */
import { and, eq } from 'drizzle-orm';
import type { UserId } from '../../schema/ids.ts';
import { randomOctets, toText } from '../../schema/sign-in/octets.ts';
import { recoveryCodes } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { derivationRoot } from '../keys/derivation-root.ts';
import { derivedOctets } from '../keys/derived.ts';
import type { Services } from '../services.ts';

const COUNT = 10;
const SYMBOLS = 12;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function newCode(): string {
  const symbols = Array.from(randomOctets(SYMBOLS), (octet) => ALPHABET[octet % 32]);
  return [0, 4, 8].map((at) => symbols.slice(at, at + 4).join('')).join('-');
}

type Desk = Pick<Services, 'master' | 'env'>;

async function hashing(tx: Tx, { master, env }: Desk, user: UserId) {
  const root = await derivationRoot(tx, master, env);
  return async (typed: string): Promise<string> => {
    const plain = typed.toLowerCase().replace(/[^0-9a-z]/g, '');
    return toText(await derivedOctets(root, 'recovery codes', `${user} ${plain}`, 32));
  };
}

/** Ten new ones; those before are void. */
export async function renewRecoveryCodes(tx: Tx, desk: Desk, user: UserId): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, newCode);
  const hashes = await Promise.all(codes.map(await hashing(tx, desk, user)));
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, user));
  await tx.insert(recoveryCodes).values(hashes.map((hash) => ({ hash, userId: user })));
  return codes;
}

/** Uses one up. */
export async function useRecoveryCode(tx: Tx, desk: Desk, user: UserId, typed: string): Promise<boolean> {
  const hash = await (await hashing(tx, desk, user))(typed);
  const used = await tx
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.hash, hash), eq(recoveryCodes.userId, user)))
    .returning({ hash: recoveryCodes.hash });
  return used.length === 1;
}
