/** What the signed-in person may do, as the control API says. Pages show by it what can be done; what may be done the API decides at each call. */
import type { Me } from '../../schema/api/auth.ts';
import type { Membership } from '../../schema/api/organizations.ts';
import { type Permission, PLATFORM_ROLE_PERMISSIONS } from '../../schema/permissions.ts';

export type May = (permission: Permission) => boolean;

/** @param membership of the organization in view, if there is one */
export function powersOf(me: Me, membership: Membership | undefined): May {
  const onPlatform = me.platformRole === null ? [] : PLATFORM_ROLE_PERMISSIONS[me.platformRole];
  const held = new Set<Permission>([...onPlatform, ...(membership?.permissions ?? [])]);
  return (permission) => held.has(permission);
}
