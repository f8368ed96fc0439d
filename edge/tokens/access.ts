/** Access tokens: an EdDSA JWT of ten minutes that says who; what they may is looked up at each request. */
import { createLocalJWKSet, type JSONWebKeySet, SignJWT } from 'jose';
import { z } from 'zod';
import { ACCESS_LIFETIME_S } from '../../schema/api/auth.ts';
import { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { PlatformRole } from '../../schema/roles.ts';
import { verifyJws } from '../../schema/tokens/verify.ts';
import type { Caller } from '../caller.ts';
import type { Signer } from '../keys/signing.ts';

const TYP = 'fabric-access+jwt';
const AUDIENCE = 'fabric-control';

const Claims = z.object({ sub: UserId, platformRole: PlatformRole.nullable() });

export function issueAccessToken(caller: Caller, signer: Signer, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ platformRole: caller.platformRole })
    .setProtectedHeader({ alg: 'EdDSA', typ: TYP, kid: signer.kid })
    .setSubject(caller.user)
    .setAudience(AUDIENCE)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ACCESS_LIFETIME_S)
    .sign(signer.key);
}

/** @throws Refusal `token_invalid` or `token_expired` */
export async function verifyAccessToken(token: string, keys: JSONWebKeySet, now: number): Promise<Caller> {
  const payload = await verifyJws(token, createLocalJWKSet(keys), ['EdDSA'], {
    typ: TYP,
    audience: AUDIENCE,
    now,
  });
  const claims = Claims.safeParse(payload);
  if (!claims.success) throw new Refusal('token_invalid');
  return { user: claims.data.sub, platformRole: claims.data.platformRole };
}
