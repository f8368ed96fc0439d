/** What a node tells of its network: its peers, its routes with every way that was weighed, its flows. For the host's own operator and the platform's owner, never for an organization. */
import { z } from 'zod';
import { NodeId, SessionId } from './ids.ts';
import { NodeRole } from './roles.ts';
import { NodeStanding, PathMetric } from './wire/link.ts';

/** More is not told. */
export const MAX_REPORTED = { peers: 64, destinations: 64, ways: 8, flows: 256 } as const;

export const ReportedPeer = z.strictObject({
  node: NodeId,
  roles: z.array(NodeRole).max(16),
  class: z.enum(['active', 'warm', 'bootstrap']),
  lastSuccessAt: z.number().optional(),
  latencyMs: z.number().optional(),
  loss: z.number().optional(),
  reliability: z.number(),
  link: z
    .strictObject({
      since: z.number(),
      standing: NodeStanding,
      failing: z.boolean(),
      flows: z.int(),
      metric: PathMetric,
      /** Where the neighbour sees this node come from. */
      seenFrom: z.string().max(64).optional(),
    })
    .optional(),
});
export type ReportedPeer = z.infer<typeof ReportedPeer>;

export const ReportedRoute = z.strictObject({
  to: NodeId,
  want: z.enum(['latency', 'steadiness', 'bandwidth']),
  /** What flows take now, and since when. */
  next: NodeId.optional(),
  since: z.number().optional(),
  /** Best first, the barred last. */
  ways: z
    .array(
      z.strictObject({
        path: z.array(NodeId).max(16),
        metric: PathMetric,
        barred: z.string().max(32).optional(),
        /** Milliseconds as this kind of traffic feels them. */
        cost: z.number().optional(),
        parts: z.record(z.string(), z.number()).optional(),
      }),
    )
    .max(MAX_REPORTED.ways),
});
export type ReportedRoute = z.infer<typeof ReportedRoute>;

export const ReportedFlow = z.strictObject({
  /** The neighbour on whose link it is. */
  link: NodeId,
  to: NodeId,
  class: z.int().min(0).max(7),
  /** By this node; otherwise by the neighbour. */
  opened: z.boolean(),
  since: z.number(),
  sent: z.number(),
  received: z.number(),
  /** Known where the client is: at the entry. */
  session: SessionId.optional(),
});
export type ReportedFlow = z.infer<typeof ReportedFlow>;

export const NetworkReport = z.strictObject({
  node: NodeId,
  /** `symmetric`: no direct link can be made to it through its NAT. */
  nat: z.enum(['unknown', 'open', 'cone', 'symmetric']),
  peers: z.array(ReportedPeer).max(MAX_REPORTED.peers),
  routes: z.array(ReportedRoute).max(MAX_REPORTED.destinations * 3),
  flows: z.array(ReportedFlow).max(MAX_REPORTED.flows),
});
export type NetworkReport = z.infer<typeof NetworkReport>;
