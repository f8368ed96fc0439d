/**
 * A node's signed snapshot, from text to something that may be believed, in this order: signature, kind, lifetime, cluster, node, shape; then whether it may
 * replace what is held. The agent checks with it, and so does every test that plays a hostile control plane.
 */
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { Refusal } from '../refusal.ts';
import { type SigningKey, SNAPSHOT_LIFETIME_S, Snapshot } from '../snapshot.ts';
import { clusterIssuer } from './data-plane.ts';
import { type SignedFor, signedType } from './signed.ts';
import { verifyJws } from './verify.ts';

/** Of the signed text, characters: 256 neighbours with eight long endpoints each fit. */
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

/** What may be replaced: `version` is the highest ever applied, even where the snapshot itself was lost. */
export interface Held {
  readonly version: number;
  /** Of the one that is held; undefined when only its version is known. */
  readonly issuedAt: number | undefined;
}

/** @throws Refusal `too_large`, `token_invalid`, `token_expired`, `token_wrong_cluster`, `token_wrong_node` */
export async function verifySnapshot(
  { cluster, node }: SignedFor,
  text: string,
  keys: JSONWebKeySet,
  now: number,
): Promise<VerifiedSnapshot> {
  if (text.length > MAX_SNAPSHOT_CHARS) throw new Refusal('too_large', 'the snapshot is too large');
  if (!isCanonical(text)) throw new Refusal('token_invalid', 'the snapshot is not a compact JWS');
  const payload = await verifyJws(text, createLocalJWKSet(keys), ['EdDSA'], {
    typ: signedType('snapshot'),
    now,
  });
  if (payload.iss !== clusterIssuer(cluster))
    throw new Refusal('token_wrong_cluster', 'the snapshot is from another cluster');
  if (payload.aud !== node) throw new Refusal('token_wrong_node', 'the snapshot is for another node');
  const { iat, exp } = payload;
  const body = Snapshot.safeParse(payload['body']);
  if (!body.success || iat === undefined || exp === undefined) {
    throw new Refusal('token_invalid', 'the snapshot has a wrong shape', { cause: body.error });
  }
  if (exp - iat > SNAPSHOT_LIFETIME_S || iat > now / 1000 + MAX_AHEAD_S)
    throw new Refusal('token_invalid', 'the snapshot lives longer than one may');
  if (body.data.cluster !== cluster) throw new Refusal('token_wrong_cluster');
  if (body.data.node !== node) throw new Refusal('token_wrong_node');
  const { kid } = decodeProtectedHeader(text);
  return { snapshot: body.data, issuedAt: iat * 1000, expiresAt: exp * 1000, keyId: kid };
}

/** Newer, or the same said again later: what the cluster repeats lives longer. @throws Refusal `stale_generation` */
export function mayReplace(held: Held | undefined, next: VerifiedSnapshot): 'newer' | 'again' {
  const { version } = next.snapshot;
  if (!held || version > held.version) return 'newer';
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
