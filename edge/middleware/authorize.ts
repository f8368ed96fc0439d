/** What a caller may do: by their place in an organization, or by their role on the platform. */
import { and, eq } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import {
  ORG_ROLE_PERMISSIONS,
  type OrgPermission,
  PLATFORM_OWNER_IN_ORG,
  PLATFORM_ROLE_PERMISSIONS,
  type PlatformPermission,
} from '../../schema/permissions.ts';
import { Refusal } from '../../schema/refusal.ts';
import { memberships } from '../../schema/tables/index.ts';
import type { Caller, Member } from '../caller.ts';
import type { Database } from '../db.ts';

/** A stranger learns nothing, not even that the organization exists. @throws Refusal `not_found` */
export async function membership(db: Database, org: OrgId, caller: Caller): Promise<Member> {
  const [row] = await db.org(org, (tx) =>
    tx
      .select({ role: memberships.role })
      .from(memberships)
      .where(and(eq(memberships.orgId, org), eq(memberships.userId, caller.user))),
  );
  const held: OrgPermission[] = row ? [...ORG_ROLE_PERMISSIONS[row.role]] : [];
  if (caller.platformRole === 'platform_owner') held.push(...PLATFORM_OWNER_IN_ORG);
  if (held.length === 0) throw new Refusal('not_found');
  return { org, role: row?.role ?? null, permissions: new Set(held) };
}

/** @throws Refusal `forbidden` */
export function requireOrgPermission(member: Member, permission: OrgPermission): void {
  if (!member.permissions.has(permission)) throw new Refusal('forbidden', `this needs ${permission}`);
}

/** @throws Refusal `forbidden` */
export function requirePlatformPermission(caller: Caller, permission: PlatformPermission): void {
  const held = caller.platformRole === null ? [] : PLATFORM_ROLE_PERMISSIONS[caller.platformRole];
  if (!held.includes(permission)) throw new Refusal('forbidden', `this needs ${permission}`);
}
