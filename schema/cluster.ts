/** What a cluster is run by: who may join it, and by what its control plane proves that it is the one authority. */
import { z } from 'zod';

/** `token`: the bootstrap token says whether a person must approve the node. `always`: whatever it says. */
export const ApprovalPolicy = z.enum(['token', 'always']);
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;
export const TokenApproval = z.enum(['required', 'automatic']);
export type TokenApproval = z.infer<typeof TokenApproval>;

/** `majority`: authority is proven while more than half of the nodes known lately are heard. `none`: nobody is counted. */
export const Quorum = z.enum(['majority', 'none']);
export type Quorum = z.infer<typeof Quorum>;

/** `split`: a person said that this side stands back. `fenced`: a node proved that another side was promoted. */
export const Authority = z.enum(['whole', 'split', 'fenced']);
export type Authority = z.infer<typeof Authority>;

/** What a node that asks to join says of its host: shown to whoever approves it, believed by nobody. */
export const NodeFacts = z.strictObject({
  hostname: z.string().max(253).optional(),
  platform: z.string().max(64).optional(),
  architecture: z.string().max(32).optional(),
  agent: z.string().max(64).optional(),
  /** Of the host: flags that hold, as `can_route_mesh`. */
  capabilities: z.array(z.string().max(64)).max(32).optional(),
});
export type NodeFacts = z.infer<typeof NodeFacts>;
