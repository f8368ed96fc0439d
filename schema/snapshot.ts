/**
 * What a node is told: signed by its cluster, versioned, and no more than its roles need. A relay's holds no token keys, no resource and
 * no user; nothing here is a credential.
 */
import { z } from 'zod';
import { ClusterId, NodeId, OrgId } from './ids.ts';
import { NodeRole } from './roles.ts';

/** How long a node may act on a snapshot without a newer one, seconds. */
export const SNAPSHOT_LIFETIME_S = 24 * 3600;

/** A public Ed25519 key of the cluster, as JWK. */
export const SigningKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});
export type SigningKey = z.infer<typeof SigningKey>;
export const SigningKeySet = z.strictObject({ keys: z.array(SigningKey).min(1).max(8) });

/** A neighbour this node may hold a link with. `dial` says this side connects. */
export const Neighbour = z.strictObject({
  node: NodeId,
  roles: z.array(NodeRole),
  /** SHA-256 of the certificate's SubjectPublicKeyInfo (DER), base64url: the identity the link must show. */
  spki: z.string().length(43),
  dial: z.boolean(),
  /** `host:port` (IPv6 in brackets), best first. */
  endpoints: z.array(z.string().max(300)).max(8),
  /** It carries flows of these organizations only; of all when it is absent. */
  orgs: z.array(OrgId).max(256).optional(),
  region: z.string().max(63).optional(),
});
export type Neighbour = z.infer<typeof Neighbour>;

/** As many as one node may have: in a cluster of 5,000 with 20 relays each relay has 2,000. */
export const MAX_NEIGHBOURS = 4096;

/** Pure addition and removal: `put` replaces the neighbour of that id or adds it, `drop` takes it away. */
export const NeighbourChange = z.strictObject({
  put: z.array(Neighbour).max(MAX_NEIGHBOURS),
  drop: z.array(NodeId).max(MAX_NEIGHBOURS),
});
export type NeighbourChange = z.infer<typeof NeighbourChange>;

/** From exactly one version to a later one. Only neighbours change this way; whatever else is new comes with a whole snapshot. */
export const SnapshotIncrement = NeighbourChange.extend({
  cluster: ClusterId,
  node: NodeId,
  epoch: z.int().positive(),
  from: z.int().positive(),
  version: z.int().positive(),
});
export type SnapshotIncrement = z.infer<typeof SnapshotIncrement>;

export const Snapshot = z.strictObject({
  cluster: ClusterId,
  node: NodeId,
  /** The authority that says this: grows with each promotion, and a node never goes back. */
  epoch: z.int().positive(),
  /** Grows with every change that concerns this node. */
  version: z.int().positive(),
  roles: z.array(NodeRole),
  /** The cluster's CA certificates, PEM, one after another: the first certifies now, the others are trusted while one takes over from another. */
  ca: z.string(),
  /** Keys that sign snapshots and session starts (and, for entry and service, data-plane tokens). */
  signingKeys: SigningKeySet,
  neighbours: z.array(Neighbour).max(MAX_NEIGHBOURS),
  /** Entry only: web origins whose pages may attach. */
  origins: z.array(z.string()).max(16).optional(),
  /** Service only: the pools it serves. It takes no session of another. */
  egressPools: z.array(z.string()).max(16).optional(),
});
export type Snapshot = z.infer<typeof Snapshot>;
