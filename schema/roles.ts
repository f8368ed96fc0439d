/** Who may do what: roles of people on the platform and in an organization, and roles of nodes in a cluster. What each role holds is in `permissions.ts`. */
import { z } from 'zod';
import { Name } from './ids.ts';

/** `platform_recovery` is delegated: it may promote, merge and split partitions and nothing else. */
export const PlatformRole = z.enum(['platform_owner', 'platform_admin', 'platform_recovery']);
export type PlatformRole = z.infer<typeof PlatformRole>;

export const OrgRole = z.enum([
  'organization_owner',
  'organization_admin',
  'organization_operator',
  'organization_auditor',
  'organization_user',
]);
export type OrgRole = z.infer<typeof OrgRole>;

/** A built-in role, or one that the organization made. Names hold no underscore: one can never pass for the other. */
export const RoleName = z.union([OrgRole, Name]);
export type RoleName = z.infer<typeof RoleName>;

/** What a node may do, assigned by the control plane. A capability alone never permits it. */
export const NodeRole = z.enum(['entry', 'relay', 'service']);
export type NodeRole = z.infer<typeof NodeRole>;
