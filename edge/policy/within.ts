/** Whether something is of this organization, before a row is made that names it: a foreign key alone would accept another's. */
import { and, eq } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import { ORG_ROLE_PERMISSIONS, type OrgPermission } from '../../schema/permissions.ts';
import type { Grantee } from '../../schema/policy.ts';
import { Refusal } from '../../schema/refusal.ts';
import { groups, memberships, roles, serviceAccounts } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { isBuiltIn } from './may-give.ts';

/** What the role holds here; one of the organization's own stays until the transaction ends. @throws Refusal `not_found` */
export async function permissionsOfRole(tx: Tx, org: OrgId, role: string): Promise<readonly OrgPermission[]> {
  if (isBuiltIn(role)) return ORG_ROLE_PERMISSIONS[role];
  const [row] = await tx
    .select({ permissions: roles.permissions })
    .from(roles)
    .where(and(eq(roles.orgId, org), eq(roles.name, role)))
    .for('share');
  if (!row) throw new Refusal('not_found', `there is no role named ${role}`);
  return row.permissions;
}

/** @throws Refusal `not_found` */
export async function requireGrantee(tx: Tx, org: OrgId, to: Grantee): Promise<void> {
  if (to.type === 'role') return void (await permissionsOfRole(tx, org, to.role));
  const [found] = await find(tx, org, to);
  if (!found) throw new Refusal('not_found');
}

function find(tx: Tx, org: OrgId, to: Exclude<Grantee, { type: 'role' }>) {
  switch (to.type) {
    case 'user':
      return tx
        .select({ id: memberships.userId })
        .from(memberships)
        .where(and(eq(memberships.orgId, org), eq(memberships.userId, to.user)));
    case 'group':
      return tx
        .select({ id: groups.id })
        .from(groups)
        .where(and(eq(groups.orgId, org), eq(groups.id, to.group)));
    case 'service_account':
      return tx
        .select({ id: serviceAccounts.id })
        .from(serviceAccounts)
        .where(and(eq(serviceAccounts.orgId, org), eq(serviceAccounts.id, to.serviceAccount)));
  }
}
