/**
 * Access tokens whose signature was checked already, so that the next request with one costs a hash. Only the signature is remembered, and only together with the keys it was
 * checked with: what a caller may do is looked up each time, and a key that is gone takes its tokens with it. The token itself is not kept, its SHA-256 is.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { base64url, decodeJwt, type JSONWebKeySet } from 'jose';
import { BoundedCache } from '../bounded-cache.ts';
import type { Caller } from '../caller.ts';
import { verifyAccessToken } from './access.ts';

const REMEMBERED = 10_000;
const byKeys = new WeakMap<JSONWebKeySet, BoundedCache<Caller>>();

/** As `verifyAccessToken`, at most until the token's own end. @throws Refusal `token_invalid` or `token_expired` */
export async function verifiedCaller(token: string, keys: JSONWebKeySet, now: number): Promise<Caller> {
  let known = byKeys.get(keys);
  if (!known) {
    known = new BoundedCache(REMEMBERED);
    byKeys.set(keys, known);
  }
  const hash = base64url.encode(sha256(new TextEncoder().encode(token)));
  const remembered = known.get(hash, now);
  if (remembered) return remembered;
  const caller = await verifyAccessToken(token, keys, now);
  known.set(hash, caller, (decodeJwt(token).exp ?? 0) * 1000);
  return caller;
}
