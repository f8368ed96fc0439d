/**
 * How a node proves itself to the control API: a short-lived ES256 JWT signed with its certificate's key, after `private_key_jwt`
 * (OpenID Connect Core section 9, RFC 7523). `jti` is single use; the control API marks it.
 */
import { type CryptoKey, decodeJwt } from 'jose';
import { z } from 'zod';
import { NodeId } from '../ids.ts';
import { Refusal } from '../refusal.ts';
import { type Es256Key, signEs256 } from './es256.ts';
import { verifyJws } from './verify.ts';

const TYP = 'fabric-node+jwt';
export const NODE_ASSERTION_LIFETIME_S = 30;
/** `aud` of every assertion: the control API, whatever its address. */
const AUDIENCE = 'fabric-control';

const Claims = z.object({ iss: NodeId, jti: z.uuid(), exp: z.int() });
export type NodeAssertion = z.infer<typeof Claims>;

export function signNodeAssertion(node: NodeId, key: Es256Key, now: number): Promise<string> {
  const iat = Math.floor(now / 1000);
  const exp = iat + NODE_ASSERTION_LIFETIME_S;
  return signEs256(TYP, { jti: crypto.randomUUID(), iss: node, sub: node, aud: AUDIENCE, iat, exp }, key);
}

/** Who the assertion says it is from, before any check: only to find the key to check it with. @throws Refusal */
export function claimedNode(assertion: string): NodeId {
  try {
    return NodeId.parse(decodeJwt(assertion).iss);
  } catch (cause) {
    throw new Refusal('token_invalid', undefined, { cause });
  }
}

/** @throws Refusal `token_invalid` or `token_expired` */
export async function verifyNodeAssertion(
  assertion: string,
  publicKey: CryptoKey,
  now: number,
): Promise<NodeAssertion> {
  const payload = await verifyJws(assertion, publicKey, ['ES256'], { typ: TYP, audience: AUDIENCE, now });
  const claims = Claims.safeParse(payload);
  if (!claims.success || payload.sub !== claims.data.iss) throw new Refusal('token_invalid');
  return claims.data;
}
