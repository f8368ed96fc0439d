/** Access tokens: an EdDSA JWT of ten minutes that says who, and how and when they proved it; what they may is looked up at each request. */
import { createLocalJWKSet, type JSONWebKeySet, SignJWT } from 'jose';
import { z } from 'zod';
import { ACCESS_LIFETIME_S } from '../../schema/api/auth.ts';
import { SignInEvidence } from '../../schema/api/sign-in.ts';
import { OrgId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { PlatformRole } from '../../schema/roles.ts';
import { verifyJws } from '../../schema/tokens/verify.ts';
import type { Caller } from '../caller.ts';
import type { Signer } from '../keys/signing.ts';

const TYP = 'fabric-access+jwt';
const AUDIENCE = 'fabric-control';

/** `auth_time` and `amr` as OpenID Connect names them; `sid` is the sign-in, `dev` the device, `sso` the organization whose provider vouched. */
const Claims = z.object({
  sub: UserId,
  platformRole: PlatformRole.nullable(),
  sid: z.uuid(),
  dev: z.uuid().nullable(),
  auth_time: z.int(),
  amr: z.array(SignInEvidence),
  sso: OrgId.nullable(),
});

export function issueAccessToken(caller: Caller, signer: Signer, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const claims: Omit<z.infer<typeof Claims>, 'sub'> = {
    platformRole: caller.platformRole,
    sid: caller.signIn,
    dev: caller.device,
    auth_time: Math.floor(caller.authenticatedAt / 1000),
    amr: [...caller.evidence],
    sso: caller.ssoOrg,
  };
  return new SignJWT(claims)
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
  const { sub, platformRole, sid, dev, auth_time, amr, sso } = claims.data;
  return {
    user: sub,
    platformRole,
    signIn: sid,
    device: dev,
    authenticatedAt: auth_time * 1000,
    evidence: amr,
    ssoOrg: sso,
  };
}
