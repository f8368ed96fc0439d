/** Who may do what: roles of people on the platform and in an organization, and roles of nodes in a cluster. */
import { z } from 'zod';

export const PlatformRole = z.enum(['platform_owner', 'platform_admin']);
export type PlatformRole = z.infer<typeof PlatformRole>;

export const OrgRole = z.enum(['organization_owner', 'organization_admin', 'organization_user']);
export type OrgRole = z.infer<typeof OrgRole>;

/** What a node may do, assigned by the control plane. A capability alone never permits it. */
export const NodeRole = z.enum(['entry', 'relay', 'service']);
export type NodeRole = z.infer<typeof NodeRole>;
