/** Who may give or take what. Nobody gives what they do not hold, nor takes it from those who hold more. */
import { ORG_ROLE_PERMISSIONS, type OrgPermission, STEP_UP } from '../../schema/permissions.ts';
import { Refusal } from '../../schema/refusal.ts';
import { OrgRole } from '../../schema/roles.ts';

export function isBuiltIn(role: string): role is OrgRole {
  return OrgRole.safeParse(role).success;
}

/** What a role holds; undefined when there is none of that name. `custom` are the organization's own. */
export function permissionsOf(
  role: string,
  custom: ReadonlyMap<string, readonly OrgPermission[]>,
): readonly OrgPermission[] | undefined {
  return isBuiltIn(role) ? ORG_ROLE_PERMISSIONS[role] : custom.get(role);
}

/** What giver and giving need to know of a member. */
export interface Giver {
  readonly permissions: ReadonlySet<OrgPermission>;
  /** The platform's owner, while the organization has none of its own. */
  readonly setsUp: boolean;
}

/** @throws Refusal `forbidden` that names what is missing */
export function requireHeld({ permissions, setsUp }: Giver, given: Iterable<OrgPermission>): void {
  if (setsUp) return;
  const missing = [...new Set(given)].filter((permission) => !permissions.has(permission));
  if (missing.length > 0) throw new Refusal('forbidden', `you do not hold ${missing.join(', ')} yourself`);
}

/** A key acts without a person who could prove who they are: it never holds what asks for that. */
export function forKeys(permissions: readonly OrgPermission[]): OrgPermission[] {
  return permissions.filter((permission) => !STEP_UP.has(permission));
}
