/**
 * What keys for one purpose are derived from: a random root, sealed in the database, so that it outlives every master key. An installation from before there was one derived from its master
 * key, which then is the root: the oldest that is configured, until a re-wrap keeps it.
 */
import { eq } from 'drizzle-orm';
import { fromText, toText } from '../../schema/sign-in/octets.ts';
import { keys } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { type KeyEnv, masterKeysOf } from './configured.ts';
import type { Sealer } from './envelope.ts';

const PLACE = 'key:derive:platform';

/** In a transaction of the platform. @returns 32 bytes, base64url */
export async function derivationRoot(tx: Tx, master: Sealer, env: KeyEnv): Promise<string> {
  const [row] = await tx
    .select({ sealed: keys.sealed })
    .from(keys)
    .where(eq(keys.purpose, 'derive'))
    .limit(1);
  if (row) return toText(await master.open(row.sealed, PLACE));
  const oldest = masterKeysOf(env).at(-1);
  if (oldest === undefined) throw new Error('there is no derivation root: the installation was not set up');
  return oldest;
}

/** Keeps the root, unless there is one. @param root random where nothing was derived yet */
export async function keepDerivationRoot(
  tx: Tx,
  master: Sealer,
  root: string = toText(crypto.getRandomValues(new Uint8Array(32))),
): Promise<void> {
  const [row] = await tx.select({ id: keys.id }).from(keys).where(eq(keys.purpose, 'derive')).limit(1);
  if (row) return;
  const sealed = await master.seal(fromText(root), PLACE);
  await tx.insert(keys).values({ cluster: null, purpose: 'derive', publicPart: '', sealed });
}
