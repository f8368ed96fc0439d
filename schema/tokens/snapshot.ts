/**
 * A node's signed snapshot, or an increment to it, from text to something that may be believed, in this order: signature, kind, lifetime, cluster, node, shape; then whether
 * it may replace what is held, or follows it. The agent checks with it, and so does every test that plays a hostile control plane.
 */
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import type { z } from 'zod';
import { Refusal } from '../refusal.ts';
import {
  MAX_NEIGHBOURS,
  type SigningKey,
  SNAPSHOT_LIFETIME_S,
  Snapshot,
  SnapshotIncrement,
} from '../snapshot.ts';
import { clusterIssuer } from './data-plane.ts';
import { type SignedFor, type SignedKind, signedType } from './signed.ts';
import { verifyJws } from './verify.ts';

/** Of the signed text, characters: 4096 neighbours fit where one side does not dial, as with a relay; eight long endpoints each for 256. */
export const MAX_SNAPSHOT_CHARS = 2_000_000;

/** How far a node's clock may be behind, seconds: one that was issued later than this is a mistake or a trick. */
const MAX_AHEAD_S = 3600;

export interface VerifiedSnapshot {
  readonly snapshot: Snapshot;
  /** Milliseconds since the epoch, as signed. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The key that signed it. */
  readonly keyId: string | undefined;
}

export interface VerifiedIncrement {
  readonly increment: SnapshotIncrement;
  readonly issuedAt: number;
  readonly keyId: string | undefined;
}

/** What may be replaced: `epoch` and `version` are the highest ever applied, even where the snapshot itself was lost. */
export interface Held {
  readonly epoch: number;
  readonly version: number;
  /** Of the one that is held; undefined when only its version is known. */
  readonly issuedAt: number | undefined;
}

/** @throws Refusal `too_large`, `token_invalid`, `token_expired`, `token_wrong_cluster`, `token_wrong_node` */
export async function verifySnapshot(
  to: SignedFor,
  text: string,
  keys: JSONWebKeySet,
  now: number,
): Promise<VerifiedSnapshot> {
  const { body, ...rest } = await verified('snapshot', Snapshot, to, text, keys, now);
  return { snapshot: body, ...rest };
}

/** @throws Refusal as `verifySnapshot` */
export async function verifyIncrement(
  to: SignedFor,
  text: string,
  keys: JSONWebKeySet,
  now: number,
): Promise<VerifiedIncrement> {
  const { body, issuedAt, keyId } = await verified(
    'snapshot-increment',
    SnapshotIncrement,
    to,
    text,
    keys,
    now,
  );
  if (body.version <= body.from) throw new Refusal('token_invalid', 'the increment does not go forward');
  return { increment: body, issuedAt, keyId };
}

/**
 * What is held, one increment further. It lives no longer for that: the whole is asked for again in time.
 * @throws Refusal `stale_generation` (it was applied before), `authority_stale`, `snapshot_gap`
 */
export function advance(held: VerifiedSnapshot, next: VerifiedIncrement): VerifiedSnapshot {
  const { epoch, from, version, put, drop } = next.increment;
  const { snapshot } = held;
  if (epoch < snapshot.epoch) throw new Refusal('authority_stale');
  if (epoch === snapshot.epoch && version <= snapshot.version)
    throw new Refusal('stale_generation', `version ${version} is not newer than ${snapshot.version}`);
  // Another authority counts for itself: only its whole word says where it begins.
  if (epoch !== snapshot.epoch || from !== snapshot.version || next.keyId !== held.keyId)
    throw new Refusal('snapshot_gap', `the increment goes on from ${from}, held is ${snapshot.version}`);
  const neighbours = new Map(snapshot.neighbours.map((one) => [one.node, one]));
  for (const node of drop) neighbours.delete(node);
  for (const one of put) neighbours.set(one.node, one);
  if (neighbours.size > MAX_NEIGHBOURS)
    throw new Refusal('too_large', 'more neighbours than a node may have');
  return { ...held, snapshot: { ...snapshot, version, neighbours: [...neighbours.values()] } };
}

async function verified<T extends { cluster: string; node: string }>(
  kind: SignedKind,
  schema: z.ZodType<T>,
  { cluster, node }: SignedFor,
  text: string,
  keys: JSONWebKeySet,
  now: number,
): Promise<{ body: T; issuedAt: number; expiresAt: number; keyId: string | undefined }> {
  if (text.length > MAX_SNAPSHOT_CHARS) throw new Refusal('too_large', 'the snapshot is too large');
  if (!isCanonical(text)) throw new Refusal('token_invalid', 'the snapshot is not a compact JWS');
  const payload = await verifyJws(text, createLocalJWKSet(keys), ['EdDSA'], {
    typ: signedType(kind),
    now,
  });
  if (payload.iss !== clusterIssuer(cluster))
    throw new Refusal('token_wrong_cluster', 'the snapshot is from another cluster');
  if (payload.aud !== node) throw new Refusal('token_wrong_node', 'the snapshot is for another node');
  const { iat, exp } = payload;
  const body = schema.safeParse(payload['body']);
  if (!body.success || iat === undefined || exp === undefined) {
    throw new Refusal('token_invalid', 'the snapshot has a wrong shape', { cause: body.error });
  }
  if (exp - iat > SNAPSHOT_LIFETIME_S || iat > now / 1000 + MAX_AHEAD_S)
    throw new Refusal('token_invalid', 'the snapshot lives longer than one may');
  if (body.data.cluster !== cluster) throw new Refusal('token_wrong_cluster');
  if (body.data.node !== node) throw new Refusal('token_wrong_node');
  const { kid } = decodeProtectedHeader(text);
  return { body: body.data, issuedAt: iat * 1000, expiresAt: exp * 1000, keyId: kid };
}

/**
 * Newer, or the same said again later: what the cluster repeats lives longer. A newer authority's word is newer whatever its version.
 * @throws Refusal `authority_stale`, `stale_generation`
 */
export function mayReplace(held: Held | undefined, next: VerifiedSnapshot): 'newer' | 'again' {
  const { version, epoch } = next.snapshot;
  if (held && epoch < held.epoch)
    throw new Refusal('authority_stale', `epoch ${epoch} was replaced by ${held.epoch}`);
  if (!held || epoch > held.epoch || version > held.version) return 'newer';
  if (version < held.version)
    throw new Refusal('stale_generation', `version ${version} is older than ${held.version}`);
  if (held.issuedAt !== undefined && next.issuedAt <= held.issuedAt)
    throw new Refusal('stale_generation', 'the snapshot is not newer');
  return 'again';
}

/** Keys to believe from here on: those the snapshot names, and the one it was signed with, which it must verify with when it is loaded again. */
export function nextKeys(known: readonly SigningKey[], next: VerifiedSnapshot): SigningKey[] {
  const named = next.snapshot.signingKeys.keys;
  const signer = known.find(({ kid }) => kid === next.keyId);
  return signer && !named.some(({ kid }) => kid === signer.kid) ? [...named.slice(0, 7), signer] : [...named];
}

/** base64url without padding has one spelling: the unused bits of a last character are zero, so that no second text means the same. */
function isCanonical(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 3 && parts.every((part) => part !== '' && isCanonicalPart(part));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function isCanonicalPart(part: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return false;
  const last = ALPHABET.indexOf(part.at(-1) ?? '');
  if (part.length % 4 === 2) return (last & 0b1111) === 0;
  if (part.length % 4 === 3) return (last & 0b11) === 0;
  return part.length % 4 === 0;
}
