/**
 * Answers of the control API that change a node's behaviour, signed by the cluster so that no proxy on the way is trusted: a
 * compact JWS of `{ iss, aud: node, exp, body }`, each kind of body under its own `typ`.
 */
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, SignJWT } from 'jose';
import type { z } from 'zod';
import type { ClusterId, NodeId } from '../ids.ts';
import { Refusal } from '../refusal.ts';
import { clusterIssuer } from './data-plane.ts';
import { verifyJws } from './verify.ts';

export type SignedKind = 'snapshot' | 'snapshot-increment' | 'session-start';
export const signedType = (kind: SignedKind) => `fabric-${kind}+jwt`;

export interface SignedFor {
  readonly cluster: ClusterId;
  readonly node: NodeId;
}

export function signFor(
  kind: SignedKind,
  { cluster, node }: SignedFor,
  body: object,
  signer: { key: CryptoKey; kid: string },
  lifetime: { now: number; seconds: number },
): Promise<string> {
  const seconds = Math.floor(lifetime.now / 1000);
  return new SignJWT({ body })
    .setProtectedHeader({ alg: 'EdDSA', typ: signedType(kind), kid: signer.kid })
    .setIssuer(clusterIssuer(cluster))
    .setAudience(node)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lifetime.seconds)
    .sign(signer.key);
}

/** @throws Refusal `token_invalid` (signature, kind, cluster, node or shape) or `token_expired` */
export async function verifySigned<T extends z.ZodType>(
  kind: SignedKind,
  { cluster, node }: SignedFor,
  schema: T,
  text: string,
  keys: JSONWebKeySet,
  now: number,
): Promise<z.output<T>> {
  const payload = await verifyJws(text, createLocalJWKSet(keys), ['EdDSA'], {
    typ: signedType(kind),
    issuer: clusterIssuer(cluster),
    audience: node,
    now,
  });
  const body = schema.safeParse(payload['body']);
  if (!body.success)
    throw new Refusal('token_invalid', 'the signed answer has a wrong shape', { cause: body.error });
  return body.data;
}
