/** Who holds what in an organization: roles, groups, members, access lent to the platform's people; and the platform's administrators. */
import { z } from 'zod';
import { GroupId, Name, SupportAccessId, UserId } from '../ids.ts';
import { OrgPermission } from '../permissions.ts';
import { OrgRole, PlatformRole, RoleName } from '../roles.ts';
import { Invitation } from './sign-in.ts';

const Permissions = z.array(OrgPermission).max(64);
const Email = z.email().max(254);

export const RoleView = z.object({ name: RoleName, builtIn: z.boolean(), permissions: Permissions });
export const RoleList = z.object({ roles: z.array(RoleView) });
export const CreateRole = z.strictObject({ name: Name, permissions: Permissions });
export const ChangeRole = z.strictObject({ permissions: Permissions });

export const SetRole = z.strictObject({ role: RoleName });

export const GroupView = z.object({
  id: GroupId,
  name: Name,
  role: RoleName.nullable(),
  members: z.array(UserId),
});
export const GroupList = z.object({ groups: z.array(GroupView) });
export const CreateGroup = z.strictObject({ name: Name });
export const SetGroupRole = z.strictObject({ role: RoleName.nullable() });

const MINUTE_S = 60;
const WEEK_S = 7 * 86_400;

export const LendAccess = z.strictObject({
  /** Someone with a role on the platform. */
  email: Email,
  /** What they may do, without reaching machines or seeing secrets whatever the role. */
  role: OrgRole.exclude(['organization_owner']),
  reason: z.string().min(1).max(500),
  /** Seconds; a week at most. */
  expiresIn: z.int().min(MINUTE_S).max(WEEK_S).default(3600),
});
export const SupportAccessView = z.object({
  id: SupportAccessId,
  email: z.string(),
  role: OrgRole,
  reason: z.string(),
  grantedBy: UserId,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export const SupportAccessList = z.object({ supportAccess: z.array(SupportAccessView) });

export const AdministratorView = z.object({
  id: UserId,
  email: z.string(),
  name: z.string(),
  role: PlatformRole,
});
export const AdministratorList = z.object({ administrators: z.array(AdministratorView) });
/** An account that exists gets the role; with `name` one that does not is made and invited. */
export const CreateAdministrator = z.strictObject({
  email: Email,
  role: PlatformRole.exclude(['platform_owner']),
  name: z.string().min(1).max(200).optional(),
});
/** `invitation` is null for someone who has joined already. */
export const CreatedAdministrator = AdministratorView.extend({ invitation: Invitation.nullable() });
