/**
 * The data-plane token: an EdDSA JWT (RFC 7519, RFC 8037) that lives a minute and lets one client make one attachment. It is bound to a
 * key the client just made (`cnf.jkt`, RFC 7800 and RFC 7638); entry and service node verify it offline. Its twin for resuming lives as long as the
 * control plane lets an attachment live, and opens nothing: only who holds the attachment's keys as well gets back to it.
 * `verify` says the token is genuine; `authorize*` say what it is good for here.
 */
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, SignJWT } from 'jose';
import { z } from 'zod';
import { type Channel, ChannelGrants } from '../channel.ts';
import { AttachmentId, ClusterId, NodeId, OrgId, ResourceId, SessionId, UserId } from '../ids.ts';
import { Refusal } from '../refusal.ts';
import { Protocol } from '../resource.ts';
import { AttachmentRole } from '../session-policy.ts';
import { CLOCK_SKEW_S, verifyJws } from './verify.ts';

export const DATA_PLANE_LIFETIME_S = 60;
/** How long after it was made an attachment may go over to another path, seconds. */
export const RESUME_LIFETIME_S = 12 * 3600;
export type TokenUse = 'attach' | 'resume';
const USES = {
  attach: { typ: 'fabric-dp+jwt', seconds: DATA_PLANE_LIFETIME_S },
  resume: { typ: 'fabric-dp-resume+jwt', seconds: RESUME_LIFETIME_S },
} as const satisfies Record<TokenUse, { typ: string; seconds: number }>;
const AUDIENCE = 'fabric-data-plane';

/** Bytes a second, each way: of all of the organization, of one protocol in it, of one person, of this session. Absent: no limit. */
export const BandwidthClaims = z
  .object({
    org: z.int().positive(),
    protocol: z.int().positive(),
    user: z.int().positive(),
    session: z.int().positive(),
  })
  .partial();
export type BandwidthClaims = z.infer<typeof BandwidthClaims>;

export const DataPlaneClaims = z.object({
  iss: z.string(),
  jti: z.string().min(1).max(128),
  exp: z.int(),
  sub: UserId,
  org: OrgId,
  cluster: ClusterId,
  /** Of the authority that issued it; one that says none is of the first. */
  epoch: z.int().positive().default(1),
  session: SessionId,
  /** Session generation: grows with each change of owner; an older one is refused. */
  generation: z.int().positive(),
  attachment: AttachmentId,
  resource: ResourceId,
  protocol: Protocol,
  service: NodeId,
  /** The service node's X25519 key for sealing, base64url: whoever can change what a client is told must change this too, and can not. */
  seal: z.string().length(43),
  entries: z.array(NodeId).min(1).max(16),
  channels: ChannelGrants,
  /** What its attachment is in the session. A control plane from before there were others names none. */
  role: AttachmentRole.default('controller'),
  /** Whose attachment it is, as the others in the session are told. */
  name: z.string().max(200).default(''),
  limits: BandwidthClaims.optional(),
  cnf: z.strictObject({ jkt: z.string().length(43) }),
});
export type DataPlaneClaims = z.infer<typeof DataPlaneClaims>;

/** What is left out has its default. */
type NewClaims = Omit<DataPlaneClaims, 'iss' | 'exp' | 'epoch' | 'role' | 'name'> &
  Partial<Pick<DataPlaneClaims, 'epoch' | 'role' | 'name'>>;

/** The signing cluster as issuer. */
export function clusterIssuer(cluster: ClusterId): string {
  return `fabric:cluster/${cluster}`;
}

export function issueDataPlaneToken(
  claims: NewClaims,
  signer: { key: CryptoKey; kid: string },
  now: number,
  use: TokenUse = 'attach',
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: USES[use].typ, kid: signer.kid })
    .setIssuer(clusterIssuer(claims.cluster))
    .setAudience(AUDIENCE)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + USES[use].seconds)
    .sign(signer.key);
}

/** Checks tokens of one cluster against its published keys. */
export type DataPlaneVerifier = (token: string, now: number, use?: TokenUse) => Promise<DataPlaneClaims>;

/**
 * @param epoch the authority that is followed: what an older one issued is refused
 * @returns a verifier that throws Refusal `token_invalid`, `token_expired`, `token_wrong_cluster` or `authority_stale`
 */
export function dataPlaneVerifier(cluster: ClusterId, keys: JSONWebKeySet, epoch = 1): DataPlaneVerifier {
  const keySet = createLocalJWKSet(keys);
  return async (token, now, use = 'attach') => {
    const payload = await verifyJws(token, keySet, ['EdDSA'], {
      typ: USES[use].typ,
      audience: AUDIENCE,
      now,
    });
    const claims = DataPlaneClaims.safeParse(payload);
    if (!claims.success) throw new Refusal('token_invalid');
    if (claims.data.cluster !== cluster || claims.data.iss !== clusterIssuer(cluster)) {
      throw new Refusal('token_wrong_cluster');
    }
    if (claims.data.epoch < epoch) throw new Refusal('authority_stale');
    return claims.data;
  };
}

/** @throws Refusal `token_wrong_node` */
export function authorizeEntry(claims: DataPlaneClaims, node: NodeId): void {
  if (!claims.entries.includes(node)) throw new Refusal('token_wrong_node');
}

/** @throws Refusal `token_wrong_node` */
export function authorizeService(claims: DataPlaneClaims, node: NodeId): void {
  if (claims.service !== node) throw new Refusal('token_wrong_node');
}

/** @throws Refusal `channel_not_allowed` */
export function authorizeChannel(
  claims: DataPlaneClaims,
  channel: Channel,
): { send: boolean; receive: boolean } {
  const grant = claims.channels[channel];
  if (!grant || (!grant.send && !grant.receive)) throw new Refusal('channel_not_allowed');
  return grant;
}

/**
 * Remembers which tokens were used, until they would have expired anyway, so that each makes one attachment. Bounded: when full it
 * refuses new tokens (`overloaded`) rather than forget a used one.
 */
export class UsedTokens {
  readonly #expiries = new Map<string, number>();
  readonly #limit: number;
  constructor(limit = 100_000) {
    this.#limit = limit;
  }
  /** @throws Refusal `token_replayed` or `overloaded` */
  use(claims: Pick<DataPlaneClaims, 'jti' | 'exp'>, now: number): void {
    this.#forgetExpired(now);
    if (this.#expiries.has(claims.jti)) throw new Refusal('token_replayed');
    if (this.#expiries.size >= this.#limit) throw new Refusal('overloaded');
    this.#expiries.set(claims.jti, (claims.exp + CLOCK_SKEW_S) * 1000);
  }
  /** Lifetimes are all alike, so insertion order is near enough expiry order. */
  #forgetExpired(now: number): void {
    for (const [jti, expiry] of this.#expiries) {
      if (expiry > now) return;
      this.#expiries.delete(jti);
    }
  }
}
