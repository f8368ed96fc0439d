/**
 * Between two nodes (ALPN `fabric-link/1`). The dialer's first bidirectional stream is the link's control stream: both
 * sides send `hello`, then reachability and liveness. Every other stream is one flow.
 */
import { z } from 'zod';
import { ClusterId, NodeId } from '../ids.ts';
import { NodeRole } from '../roles.ts';

export const LINK_ALPN = 'fabric-link/1';
/** Longest path a flow may take, in relays. */
export const MAX_RELAYS = 8;

export const LinkHello = z.strictObject({
  type: z.literal('hello'),
  version: z.literal(2),
  cluster: ClusterId,
  node: NodeId,
  roles: z.array(NodeRole).max(16),
  /** Where the dialed side sees its peer come from, `address:port`: what a node behind NAT can't know by itself. */
  seen: z.string().max(64).optional(),
});
export type LinkHello = z.infer<typeof LinkHello>;

/** Of a link or a path of links. */
export const PathMetric = z.strictObject({
  rttMs: z.number().min(0).max(60_000),
  jitterMs: z.number().min(0).max(60_000),
  /** Share of packets, one way. */
  loss: z.number().min(0).max(1),
  /** Share of the time that the busiest node has no time. */
  load: z.number().min(0).max(1),
  /** Least bandwidth that was seen in use; 0: not known. */
  mbps: z.number().min(0).max(1_000_000),
});
export type PathMetric = z.infer<typeof PathMetric>;

/** The sender can carry flows to `to` along `path` (the sender first, `to` last); an empty path withdraws. */
export const LinkReach = z.strictObject({
  type: z.literal('reach'),
  to: NodeId,
  path: z.array(NodeId).max(MAX_RELAYS + 2),
  /** From the sender to `to`. */
  metric: PathMetric,
});
export type LinkReach = z.infer<typeof LinkReach>;

/** `draining`: takes nothing new to carry on. `isolated`: acts on a snapshot that is too old to bring anyone in. */
export const NodeStanding = z.enum(['fine', 'draining', 'isolated']);
export type NodeStanding = z.infer<typeof NodeStanding>;

/** How the sender is, whenever that changes and with every round of liveness. */
export const LinkState = z.strictObject({
  type: z.literal('state'),
  standing: NodeStanding,
  load: z.number().min(0).max(1),
});
export type LinkState = z.infer<typeof LinkState>;

/** To a relay: bring me and `node` together. From a relay: `node` was seen at `at`, send to there now. */
export const LinkMeet = z.strictObject({
  type: z.literal('meet'),
  node: NodeId,
  /** IP address and port. */
  at: z
    .string()
    .max(64)
    .regex(/^[0-9a-f.:[\]]+:[0-9]{1,5}$/i)
    .optional(),
});
export type LinkMeet = z.infer<typeof LinkMeet>;

export const LinkPing = z.strictObject({ type: z.literal('ping'), id: z.int().nonnegative() });
export const LinkPong = z.strictObject({ type: z.literal('pong'), id: z.int().nonnegative() });

export const LinkMessage = z.discriminatedUnion('type', [
  LinkHello,
  LinkReach,
  LinkState,
  LinkMeet,
  LinkPing,
  LinkPong,
]);
export type LinkMessage = z.infer<typeof LinkMessage>;
