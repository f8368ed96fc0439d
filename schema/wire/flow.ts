/**
 * The first message of every flow between nodes. It is all a relay ever reads: where to, how urgent, how far it has come. What
 * follows on the stream belongs to the two ends.
 */
import { z } from 'zod';
import { NodeId } from '../ids.ts';
import { MAX_RELAYS } from './link.ts';

const TrafficClassSchema = z.union([
  z.literal(0),
  z.literal(1),
  z.literal(2),
  z.literal(3),
  z.literal(4),
  z.literal(5),
  z.literal(6),
  z.literal(7),
]);

export const FlowOpen = z.strictObject({
  type: z.literal('flow'),
  to: NodeId,
  class: TrafficClassSchema,
  /** Nodes passed so far, the entry first; each adds itself, and none takes a path through one of them. */
  via: z
    .array(NodeId)
    .min(1)
    .max(MAX_RELAYS + 1),
});
export type FlowOpen = z.infer<typeof FlowOpen>;
