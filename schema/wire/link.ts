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
  version: z.literal(1),
  cluster: ClusterId,
  node: NodeId,
  roles: z.array(NodeRole).max(16),
});
export type LinkHello = z.infer<typeof LinkHello>;

/** The sender can carry flows to `to` along `path` (the sender first, `to` last); an empty path withdraws. */
export const LinkReach = z.strictObject({
  type: z.literal('reach'),
  to: NodeId,
  path: z.array(NodeId).max(MAX_RELAYS + 2),
  /** Estimated round trip from the sender to `to`, milliseconds. */
  rttMs: z.number().nonnegative(),
});
export type LinkReach = z.infer<typeof LinkReach>;

export const LinkPing = z.strictObject({ type: z.literal('ping'), id: z.int().nonnegative() });
export const LinkPong = z.strictObject({ type: z.literal('pong'), id: z.int().nonnegative() });

export const LinkMessage = z.discriminatedUnion('type', [LinkHello, LinkReach, LinkPing, LinkPong]);
export type LinkMessage = z.infer<typeof LinkMessage>;
