/**
 * Proof of possession for an attachment, after DPoP (RFC 9449): a small JWS by the key the data-plane token is bound to, naming the
 * token's hash (`ath`) and that of what the client says with it (`msg`): the handshake's first message, or where it resumes. Nobody can put a handshake
 * of their own beside it. A stolen token without the key is worthless; a stolen pair is spent by the token's single use.
 */
import {
  base64url,
  type CryptoKey,
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  exportJWK,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { CLOCK_SKEW_S, verifyJws } from './verify.ts';

const TYP = 'fabric-proof+jwt';
/** A proof is good for so long after it was made, seconds. */
export const PROOF_LIFETIME_S = 60;

/** A public Ed25519 key as JWK (RFC 8037 section 2). */
export const ClientKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().length(43),
});
export type ClientKey = z.infer<typeof ClientKey>;

const ProofClaims = z.object({ ath: z.string(), msg: z.string(), iat: z.int() });

async function hashOf(said: string | Uint8Array): Promise<string> {
  const bytes = typeof said === 'string' ? new TextEncoder().encode(said) : Uint8Array.from(said);
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

export async function publicClientKey(key: CryptoKey): Promise<ClientKey> {
  const { kty, crv, x } = await exportJWK(key);
  return ClientKey.parse({ kty, crv, x });
}

export async function proveToken(
  token: string,
  message: Uint8Array,
  keys: CryptoKeyPair,
  now: number,
): Promise<string> {
  return new SignJWT({ ath: await hashOf(token), msg: await hashOf(message) })
    .setProtectedHeader({ alg: 'EdDSA', typ: TYP, jwk: await publicClientKey(keys.publicKey) })
    .setIssuedAt(Math.floor(now / 1000))
    .sign(keys.privateKey);
}

/** @throws Refusal `proof_invalid` */
export async function verifyProof(
  proof: string,
  token: string,
  message: Uint8Array,
  jkt: string,
  now: number,
): Promise<void> {
  try {
    const key = ClientKey.parse(decodeProtectedHeader(proof).jwk);
    if ((await calculateJwkThumbprint(key)) !== jkt) throw new Error('another key');
    const payload = await verifyJws(proof, EmbeddedJWK, ['EdDSA'], { typ: TYP, now });
    const { ath, msg, iat } = ProofClaims.parse(payload);
    if (ath !== (await hashOf(token))) throw new Error('another token');
    if (msg !== (await hashOf(message))) throw new Error('another message');
    if (Math.abs(now / 1000 - iat) > PROOF_LIFETIME_S + CLOCK_SKEW_S) throw new Error('too old');
  } catch (cause) {
    throw new Refusal('proof_invalid', undefined, { cause });
  }
}
