/**
 * What a caller may be allowed to do, and what each built-in role holds. Each route of the control API names exactly one of these (`edge/access.ts`). A permission
 * in `STEP_UP` also asks that the person proved who they are a short while ago (document 2, section 11: high-risk actions).
 */
import { z } from 'zod';
import type { OrgRole, PlatformRole } from './roles.ts';

/** Within one organization. */
export const ORG_PERMISSIONS = [
  'organization.read',
  'organization.manage',
  'security.manage',
  'members.read',
  'members.manage',
  'roles.read',
  'roles.manage',
  'roles.assign',
  'api-keys.manage',
  'resources.use',
  'resources.manage',
  'grants.read',
  'grants.manage',
  'sessions.read',
  'sessions.manage',
  'events.read',
  'webhooks.manage',
  'audit.read',
  'secrets.manage',
  'secrets.reveal',
  'sessions.observe',
  'sessions.control',
  'recordings.read',
  'recordings.manage',
  'requests.decide',
] as const;
export const OrgPermission = z.enum(ORG_PERMISSIONS);
export type OrgPermission = z.infer<typeof OrgPermission>;

/** Over the platform itself. None of them opens an organization. */
export const PLATFORM_PERMISSIONS = [
  'organizations.read',
  'organizations.manage',
  'organizations.suspend',
  'quotas.manage',
  'clusters.read',
  'clusters.manage',
  'nodes.read',
  'nodes.enrol',
  'nodes.manage',
  'partitions.manage',
  'updates.manage',
  'administrators.manage',
  'platform-audit.read',
  'platform-audit.manage',
  'backups.manage',
] as const;
export const PlatformPermission = z.enum(PLATFORM_PERMISSIONS);
export type PlatformPermission = z.infer<typeof PlatformPermission>;

export type Permission = OrgPermission | PlatformPermission;

/** High-risk: cluster trust, node approval, role assignment, partitions, secret access, update policy. */
export const STEP_UP: ReadonlySet<Permission> = new Set<Permission>([
  'security.manage',
  'roles.manage',
  'roles.assign',
  'api-keys.manage',
  'secrets.reveal',
  'sessions.observe',
  'sessions.control',
  'recordings.read',
  'recordings.manage',
  'requests.decide',
  'organizations.suspend',
  'clusters.manage',
  'nodes.enrol',
  'nodes.manage',
  'partitions.manage',
  'updates.manage',
  'administrators.manage',
  'platform-audit.manage',
  'backups.manage',
]);

const USER = ['organization.read', 'resources.use', 'events.read'] as const satisfies OrgPermission[];
const OPERATOR = [
  ...USER,
  'members.read',
  'roles.read',
  'grants.read',
  'sessions.read',
  'sessions.manage',
] as const satisfies OrgPermission[];

export const ORG_ROLE_PERMISSIONS: Readonly<Record<OrgRole, readonly OrgPermission[]>> = {
  organization_owner: ORG_PERMISSIONS,
  organization_admin: ORG_PERMISSIONS.filter((permission) => permission !== 'security.manage'),
  organization_operator: OPERATOR,
  organization_auditor: [
    'organization.read',
    'members.read',
    'roles.read',
    'grants.read',
    'sessions.read',
    'events.read',
    'audit.read',
    'recordings.read',
  ],
  organization_user: USER,
};

/** What the platform's owner may do in an organization that has no owner of its own yet: set it up and hand it over, never use or read what is in it. */
export const PLATFORM_OWNER_IN_ORG: readonly OrgPermission[] = [
  'organization.read',
  'members.read',
  'members.manage',
  'roles.read',
  'roles.assign',
];

export const PLATFORM_ROLE_PERMISSIONS: Readonly<Record<PlatformRole, readonly PlatformPermission[]>> = {
  platform_owner: PLATFORM_PERMISSIONS,
  platform_admin: [
    'organizations.read',
    'organizations.manage',
    'organizations.suspend',
    'quotas.manage',
    'clusters.read',
    'nodes.read',
    'nodes.manage',
    'platform-audit.read',
  ],
  platform_recovery: ['clusters.read', 'nodes.read', 'partitions.manage', 'platform-audit.read'],
};

/** What no access that was lent to the platform's people opens, whatever role it names: reaching machines and seeing secrets. */
export const NEVER_LENT: ReadonlySet<OrgPermission> = new Set<OrgPermission>([
  'resources.use',
  'secrets.reveal',
  'security.manage',
  'sessions.observe',
  'sessions.control',
  'recordings.read',
  'recordings.manage',
  'requests.decide',
]);
