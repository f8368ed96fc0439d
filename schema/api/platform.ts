/** What the platform's owner sets up: clusters, organizations, people, bootstrap tokens. */
import { z } from 'zod';
import { Quorum, TokenApproval } from '../cluster.ts';
import { ClusterId, Name, NodeId, OrgId, UserId } from '../ids.ts';
import { NodeRole, RoleName } from '../roles.ts';
import { Invitation } from './sign-in.ts';

export const CreateCluster = z.strictObject({
  name: Name,
  origins: z.array(z.url()).max(16).default([]),
  quorum: Quorum.default('majority'),
});
export const ClusterView = z.object({ id: ClusterId, name: Name });

export const CreateOrganization = z.strictObject({ name: Name, cluster: ClusterId });
export const OrganizationView = z.object({ id: OrgId, name: Name });
export const OrganizationEntry = OrganizationView.extend({ suspendedAt: z.iso.datetime().nullable() }).meta({
  examples: [
    {
      id: '4b1f0c62-8a43-4e0d-9b61-0f2b7d9f1c11',
      name: 'acme',
      suspendedAt: '2026-01-02T03:04:05.000Z',
    },
  ],
});
export type OrganizationEntry = z.infer<typeof OrganizationEntry>;
export const SuspendOrganization = z
  .strictObject({ reason: z.string().trim().min(1).max(500) })
  .meta({ examples: [{ reason: 'the contract has ended' }] });

export const CreateMember = z.strictObject({
  email: z.email().max(254),
  name: z.string().min(1).max(200),
  role: RoleName,
});
export const MemberView = z.object({ id: UserId, email: z.string(), name: z.string(), role: RoleName });
/** A member once they accept. The same for someone who is new and someone who has an account: which, is not told. */
export const CreatedMember = MemberView.extend({ invitation: Invitation });

export const CreateBootstrapToken = z.strictObject({
  roles: z.array(NodeRole).min(1),
  egressPools: z.array(Name).max(16).default([]),
  uses: z.int().min(1).max(10_000).default(1),
  /** `required`: whoever enrols with it waits until a person approves. */
  approval: TokenApproval.default('required'),
  /** Seconds; a day by default, 30 days at most. */
  expiresIn: z
    .int()
    .min(60)
    .max(30 * 86400)
    .default(86400),
});
export const BootstrapToken = z.object({ id: z.uuid(), token: z.string(), expiresAt: z.iso.datetime() });

export const NodeView = z.object({
  id: NodeId,
  name: Name,
  roles: z.array(NodeRole),
  egressPools: z.array(Name),
  endpoints: z.array(z.string()),
  lastSeenAt: z.iso.datetime().nullable(),
  certificateExpiresAt: z.iso.datetime(),
});
export const NodeList = z.object({ nodes: z.array(NodeView) });
