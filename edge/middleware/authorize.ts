/** What a caller may do: by their place in an organization, by access lent to them, or by their role on the platform. */
import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { OrgId, UserId } from '../../schema/ids.ts';
import {
  NEVER_LENT,
  ORG_ROLE_PERMISSIONS,
  type OrgPermission,
  PLATFORM_OWNER_IN_ORG,
  PLATFORM_ROLE_PERMISSIONS,
  type PlatformPermission,
} from '../../schema/permissions.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { PlatformRole } from '../../schema/roles.ts';
import { memberships, organizations, supportAccess, users } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Caller, Member } from '../caller.ts';
import type { Database, Tx } from '../db.ts';
import { continued } from '../db-continued.ts';
import { type Holding, holdingOfPerson, holdingsOfAccounts } from '../policy/holdings.ts';
import { forKeys } from '../policy/may-give.ts';
import { requireActive } from '../policy/suspended.ts';
import type { Services } from '../services.ts';

/** Use of lent access is noted once in so long. */
const NOTED_MS = 5 * 60_000;

/** A stranger learns nothing, not even that the organization exists. @throws Refusal `not_found` */
export async function membership(
  services: Services,
  org: OrgId,
  caller: Caller,
  requestId: string,
): Promise<Member> {
  const found = await services.db.org(org, (tx) => belonging(tx, org, caller));
  return found ?? fromOutside(services, org, caller, requestId);
}

/** The same; what is asked of the organization at once with the database that comes back is asked in the same transaction. @throws Refusal `not_found` */
export async function membershipAndMore(
  services: Services,
  org: OrgId,
  caller: Caller,
  requestId: string,
): Promise<{ member: Member; db: Database }> {
  const { result, db } = await continued(services.db, org, (tx) => belonging(tx, org, caller));
  return { member: result ?? (await fromOutside({ ...services, db }, org, caller, requestId)), db };
}

async function belonging(tx: Tx, org: OrgId, caller: Caller): Promise<Member | undefined> {
  const { user, key } = caller;
  const holding = key
    ? (await holdingsOfAccounts(tx, org, [user])).get(user)
    : await holdingOfPerson(tx, org, user);
  if (!holding) return undefined;
  await requireActive(tx, org);
  return { org, ...holding, permissions: permissionsWith(caller, holding), setsUp: false };
}

/** The token may be older than the role it names: who comes from outside is looked up. */
async function fromOutside(
  { db, now }: Services,
  org: OrgId,
  { platformRole, user, key }: Caller,
  requestId: string,
): Promise<Member> {
  if (platformRole === null || key) throw new Refusal('not_found');
  const role = await platformRoleOf(db, user);
  if (role === null) throw new Refusal('not_found');
  return db.org(org, (tx) => outsider(tx, { org, user, role, now: now(), requestId }));
}

/** A key holds at most what it was made for, and nothing that asks for a person. */
function permissionsWith({ key }: Caller, { permissions }: Holding): ReadonlySet<OrgPermission> {
  return key ? new Set(forKeys(key.permissions)).intersection(permissions) : permissions;
}

interface Outsider {
  readonly org: OrgId;
  readonly user: UserId;
  readonly role: PlatformRole;
  readonly now: number;
  readonly requestId: string;
}

async function outsider(tx: Tx, who: Outsider): Promise<Member> {
  const { org } = who;
  const nobody = { org, role: null, roles: new Set<string>(), groups: new Set<string>() };
  if (who.role === 'platform_owner' && (await lacksOwner(tx, org))) {
    await requireActive(tx, org);
    return { ...nobody, permissions: new Set(PLATFORM_OWNER_IN_ORG), setsUp: true };
  }
  const lent = await lentAccess(tx, who);
  if (!lent) throw new Refusal('not_found');
  await requireActive(tx, org);
  const permissions = new Set(ORG_ROLE_PERMISSIONS[lent].filter((permission) => !NEVER_LENT.has(permission)));
  return { ...nobody, permissions, setsUp: false };
}

async function lacksOwner(tx: Tx, org: OrgId): Promise<boolean> {
  const [row] = await tx
    .select({ owner: memberships.userId })
    .from(organizations)
    .leftJoin(
      memberships,
      and(eq(memberships.orgId, organizations.id), eq(memberships.role, 'organization_owner')),
    )
    .where(eq(organizations.id, org))
    .limit(1);
  return row?.owner === null;
}

async function lentAccess(tx: Tx, { org, user, now, requestId }: Outsider) {
  const [row] = await tx
    .select()
    .from(supportAccess)
    .where(
      and(
        eq(supportAccess.userId, user),
        isNull(supportAccess.revokedAt),
        gt(supportAccess.expiresAt, new Date(now)),
      ),
    )
    .orderBy(desc(supportAccess.createdAt))
    .limit(1);
  if (row && (row.lastUsedAt === null || now - row.lastUsedAt.getTime() >= NOTED_MS)) {
    await tx
      .update(supportAccess)
      .set({ lastUsedAt: new Date(now) })
      .where(eq(supportAccess.id, row.id));
    const entry = { actor: `user:${user}`, action: 'support-access.use', subject: row.id } as const;
    await record(tx, { org, ...entry, requestId });
  }
  return row?.role;
}

async function platformRoleOf(db: Database, user: UserId): Promise<PlatformRole | null> {
  const [row] = await db.platform((tx) =>
    tx.select({ role: users.platformRole }).from(users).where(eq(users.id, user)),
  );
  return row?.role ?? null;
}

/** @throws Refusal `forbidden` */
export function requireOrgPermission(member: Member, permission: OrgPermission): void {
  if (!member.permissions.has(permission)) throw new Refusal('forbidden', `this needs ${permission}`);
}

/** By the role they have now: one that was taken away ends before the token that names it. @throws Refusal `forbidden` */
export async function requirePlatformPermission(
  db: Database,
  caller: Caller,
  permission: PlatformPermission,
): Promise<void> {
  const role = caller.platformRole === null ? null : await platformRoleOf(db, caller.user);
  const held = role === null ? [] : PLATFORM_ROLE_PERMISSIONS[role];
  if (!held.includes(permission)) throw new Refusal('forbidden', `this needs ${permission}`);
}
