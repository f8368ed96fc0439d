/** Ed25519 keys that sign: the platform's for access tokens, each cluster's for what its nodes believe. Private halves sealed at rest. */
import { and, desc, eq, isNull, ne } from 'drizzle-orm';
import { type CryptoKey, calculateJwkThumbprint, exportJWK } from 'jose';
import type { ClusterId } from '../../schema/ids.ts';
import { SigningKey } from '../../schema/snapshot.ts';
import { keys } from '../../schema/tables/index.ts';
import { BoundedCache } from '../bounded-cache.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from './envelope.ts';

/** `audit` signs checkpoints of the audit chains and is never replaced while what it signed is kept. */
export type SigningPurpose = 'signing' | 'access' | 'audit';

export interface Signer {
  readonly key: CryptoKey;
  readonly kid: string;
}

export const keyPlace = (purpose: string, cluster: string | null) =>
  `key:${purpose}:${cluster ?? 'platform'}`;

/** Makes, seals and stores a key pair. @param introduced it does not sign yet */
export async function createSigningKey(
  tx: Tx,
  master: Sealer,
  purpose: SigningPurpose,
  cluster: ClusterId | null,
  introduced?: { readonly now: Date },
): Promise<void> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('not a key pair');
  const exported = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(exported);
  const { kty, crv, x } = exported;
  const jwk = SigningKey.parse({ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' });
  const secret = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  await tx.insert(keys).values({
    cluster,
    purpose,
    publicPart: JSON.stringify(jwk),
    sealed: await master.seal(secret, keyPlace(purpose, cluster)),
    ...(introduced
      ? { phase: 'introduced' as const, phaseAt: introduced.now, createdAt: introduced.now }
      : {}),
  });
}

export async function loadSigner(
  tx: Tx,
  master: Sealer,
  purpose: SigningPurpose,
  cluster: ClusterId | null,
): Promise<Signer> {
  const row = await newest(tx, purpose, cluster);
  let known = opened.get(master);
  if (!known) {
    known = new BoundedCache(OPENED_KEYS);
    opened.set(master, known);
  }
  // With its place: a sealed key that was moved to another row must not open there.
  const name = `${keyPlace(purpose, cluster)} ${row.sealed}`;
  const remembered = known.get(name, Date.now());
  if (remembered) return remembered;
  const secret = await master.open(row.sealed, keyPlace(purpose, cluster));
  const key = await crypto.subtle.importKey('pkcs8', secret, 'Ed25519', false, ['sign']);
  const signer = { key, kid: SigningKey.parse(JSON.parse(row.publicPart)).kid };
  known.set(name, signer, Date.now() + OPENED_MS);
  return signer;
}

/**
 * Opened keys stay open for a minute, in a form that can't be read out. Which one is the newest is asked each time, so that one that was exchanged or withdrawn signs nothing
 * more.
 */
const OPENED_MS = 60_000;
const OPENED_KEYS = 64;
const opened = new WeakMap<Sealer, BoundedCache<Signer>>();

/** Public halves, newest first; more than one while a rotation overlaps. */
export async function loadKeySet(
  tx: Tx,
  purpose: SigningPurpose,
  cluster: ClusterId | null,
): Promise<{ keys: SigningKey[] }> {
  const rows = await tx
    .select()
    .from(keys)
    .where(and(where(purpose, cluster), ne(keys.phase, 'retired')))
    .orderBy(desc(keys.createdAt))
    .limit(8);
  return { keys: rows.map((row) => SigningKey.parse(JSON.parse(row.publicPart))) };
}

async function newest(tx: Tx, purpose: SigningPurpose, cluster: ClusterId | null) {
  const [row] = await tx
    .select()
    .from(keys)
    .where(and(where(purpose, cluster), eq(keys.phase, 'active')))
    .orderBy(desc(keys.createdAt))
    .limit(1);
  if (!row) throw new Error(`there is no ${purpose} key: the installation was not set up`);
  return row;
}

const where = (purpose: SigningPurpose, cluster: ClusterId | null) =>
  and(eq(keys.purpose, purpose), cluster === null ? isNull(keys.cluster) : eq(keys.cluster, cluster));
