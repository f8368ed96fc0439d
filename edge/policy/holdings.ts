/** What the people and service accounts of one organization hold: their role, their groups' roles, and the permissions of all these. */
import { and, eq, inArray, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import type { OrgPermission } from '../../schema/permissions.ts';
import type { RoleName } from '../../schema/roles.ts';
import { groupMembers, groups, memberships, roles, serviceAccounts } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { compiled } from '../db-compiled.ts';
import { isBuiltIn, permissionsOf } from './may-give.ts';

export interface Holding {
  readonly role: RoleName;
  readonly roles: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly permissions: ReadonlySet<OrgPermission>;
}

interface Row {
  readonly id: string;
  readonly role: RoleName;
  readonly group: string | null;
  readonly groupRole: RoleName | null;
}

/** The organization's own roles, by name. */
export async function customRoles(tx: Tx, org: OrgId): Promise<Map<string, readonly OrgPermission[]>> {
  const rows = await tx.select().from(roles).where(eq(roles.orgId, org));
  return new Map(rows.map(({ name, permissions }) => [name, permissions]));
}

/** By id; those who do not belong to the organization are left out. */
export async function holdingsOfPeople(
  tx: Tx,
  org: OrgId,
  users: readonly string[],
): Promise<Map<string, Holding>> {
  if (users.length === 0) return new Map();
  return combine(tx, org, await peopleRows(tx, org, inArray(memberships.userId, [...users])));
}

/** Undefined for whoever does not belong to the organization. */
export async function holdingOfPerson(tx: Tx, org: OrgId, user: string): Promise<Holding | undefined> {
  return (await combine(tx, org, await personRows(tx, { org, user }))).get(user);
}

const personRows = compiled<{ org: OrgId; user: string }, Row[]>((tx) =>
  peopleRows(tx, sql.placeholder('org'), eq(memberships.userId, sql.placeholder('user'))),
);

function peopleRows(tx: Tx, org: OrgId | Placeholder, who: SQL) {
  return tx
    .select({ id: memberships.userId, role: memberships.role, group: groups.id, groupRole: groups.role })
    .from(memberships)
    .leftJoin(
      groupMembers,
      and(eq(groupMembers.userId, memberships.userId), eq(groupMembers.orgId, memberships.orgId)),
    )
    .leftJoin(groups, eq(groups.id, groupMembers.groupId))
    .where(and(eq(memberships.orgId, org), who));
}

export async function holdingsOfAccounts(
  tx: Tx,
  org: OrgId,
  accounts: readonly string[],
): Promise<Map<string, Holding>> {
  if (accounts.length === 0) return new Map();
  const rows = await tx
    .select({ id: serviceAccounts.id, role: serviceAccounts.role })
    .from(serviceAccounts)
    .where(and(eq(serviceAccounts.orgId, org), inArray(serviceAccounts.id, [...accounts])));
  return combine(
    tx,
    org,
    rows.map((row) => ({ ...row, group: null, groupRole: null })),
  );
}

async function combine(tx: Tx, org: OrgId, rows: readonly Row[]): Promise<Map<string, Holding>> {
  const named = rows.flatMap(({ role, groupRole }) => (groupRole === null ? [role] : [role, groupRole]));
  const custom = named.every(isBuiltIn) ? new Map() : await customRoles(tx, org);
  const byId = Map.groupBy(rows, ({ id }) => id);
  return new Map([...byId].map(([id, own]) => [id, holdingOf(own, custom)]));
}

function holdingOf(rows: readonly Row[], custom: ReadonlyMap<string, readonly OrgPermission[]>): Holding {
  const role = rows[0]?.role ?? '';
  const all = new Set<string>([role, ...rows.flatMap(({ groupRole }) => groupRole ?? [])]);
  return {
    role,
    roles: all,
    groups: new Set(rows.flatMap(({ group }) => group ?? [])),
    permissions: new Set([...all].flatMap((name) => permissionsOf(name, custom) ?? [])),
  };
}
