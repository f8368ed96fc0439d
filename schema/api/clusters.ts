/** How a cluster is run: who may join it and who lets them, whose word its control plane is. */
import { z } from 'zod';
import { ApprovalPolicy, Authority, NodeFacts, Quorum, TokenApproval } from '../cluster.ts';
import { Name, NodeId } from '../ids.ts';
import { NodeRole } from '../roles.ts';

export const ClusterPolicy = z.strictObject({
  approval: ApprovalPolicy,
  /** Hours that a node may wait to be approved. */
  approvalHours: z.int().min(1).max(720),
  quorum: Quorum,
});
export type ClusterPolicy = z.infer<typeof ClusterPolicy>;
export const ChangeClusterPolicy = ClusterPolicy.partial();

/** What is known of a bootstrap token; the token itself was shown once. */
export const BootstrapTokenView = z.object({
  id: z.uuid(),
  roles: z.array(NodeRole),
  egressPools: z.array(Name),
  approval: TokenApproval,
  uses: z.int(),
  usesLeft: z.int(),
  state: z.enum(['usable', 'used-up', 'expired', 'revoked']),
  createdBy: z.string().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export const BootstrapTokenList = z.object({ tokens: z.array(BootstrapTokenView) });

/** A node that asks to join. `fingerprint` is what its own `fabric agent status` shows: compare them. */
export const NodeRequestView = z.object({
  id: z.uuid(),
  name: Name,
  roles: z.array(NodeRole),
  egressPools: z.array(Name),
  fingerprint: z.string().meta({ examples: ['q5bWYxM9Wk0b3bSgX7mH1Zr4Zt0Vq0b6aXn2d8uJp1c'] }),
  facts: NodeFacts.nullable(),
  address: z.string().nullable(),
  state: z.enum(['waiting', 'approved', 'refused', 'expired']),
  decidedBy: z.string().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type NodeRequestView = z.infer<typeof NodeRequestView>;
export const NodeRequestList = z.object({ requests: z.array(NodeRequestView) });
/** The fingerprint that was compared goes with the word, so that nobody approves another key than they saw. */
export const ApproveNode = z.strictObject({
  fingerprint: z
    .string()
    .length(43)
    .meta({ examples: ['q5bWYxM9Wk0b3bSgX7mH1Zr4Zt0Vq0b6aXn2d8uJp1c'] }),
});
export const DecideNode = z.strictObject({ reason: z.string().min(1).max(500).optional() });

export const RevokedNode = z.object({
  node: NodeId,
  /** Sessions that ended with it. */
  sessions: z.int(),
  /** Neighbours that are told. */
  told: z.int(),
});

/** Whose word this control plane is. */
export const PartitionView = z.object({
  epoch: z.int(),
  /** The highest that a node proved to have seen. */
  seenEpoch: z.int(),
  authority: Authority,
  quorum: Quorum,
  /** Nodes that count, and those of them heard of a short while ago. */
  witnesses: z.int(),
  heard: z.int(),
  proven: z.boolean(),
  /** Why it is not proven, for a person. */
  because: z.string().nullable(),
  promotedAt: z.iso.datetime().nullable(),
});
export type PartitionView = z.infer<typeof PartitionView>;
/** `epoch` is the one that was looked at: whoever acts on an old view is refused. */
export const PartitionAct = z.strictObject({ epoch: z.int().positive(), reason: z.string().min(1).max(500) });
