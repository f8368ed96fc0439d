/** Grants as rows, and as the policy reads them. */
import { eq, or, sql } from 'drizzle-orm';
import type { CreateOrgGrant, GrantView } from '../../schema/api/resources.ts';
import type { GrantId, GroupId, OrgId, ResourceId, ServiceAccountId, UserId } from '../../schema/ids.ts';
import type { Grantee, Scope } from '../../schema/policy.ts';
import { grants } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { compiled } from '../db-compiled.ts';
import type { Grant, Principal } from './evaluate.ts';

type Row = typeof grants.$inferSelect;

export type StoredGrant = Grant & { readonly id: GrantId };

/** All of the organization's, or those that can be for one principal. */
export async function loadGrants(tx: Tx, org: OrgId, principal?: Principal): Promise<StoredGrant[]> {
  const rows = principal
    ? await rowsMaybeFor(tx, {
        user: principal.type === 'user' ? principal.id : null,
        account: principal.type === 'service_account' ? principal.id : null,
        roles: [...principal.roles],
        groups: [...principal.groups],
      })
    : await tx
        .select()
        .from(grants)
        .where(eq(grants.orgId, org))
        .orderBy(...ORDER);
  return rows.map(grantOf);
}

const ORDER = [grants.createdAt, grants.id] as const;

interface Holders extends Record<string, unknown> {
  readonly user: string | null;
  readonly account: string | null;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** Narrows only: who a grant is for is decided by the policy. */
const rowsMaybeFor = compiled<Holders, Row[]>((tx) =>
  tx
    .select()
    .from(grants)
    .where(
      or(
        eq(grants.userId, sql.placeholder('user')),
        eq(grants.serviceAccountId, sql.placeholder('account')),
        sql`${grants.role} = any(${sql.placeholder('roles')})`,
        sql`${grants.groupId} = any(${sql.placeholder('groups')})`,
      ),
    )
    .orderBy(...ORDER),
);

export async function insertGrant(tx: Tx, org: OrgId, grant: CreateOrgGrant): Promise<StoredGrant> {
  const [row] = await tx
    .insert(grants)
    .values({
      orgId: org,
      ...holderColumns(grant.to),
      ...('resource' in grant.on ? { resourceId: grant.on.resource } : { matchLabels: grant.on.matchLabels }),
      channels: grant.channels ?? null,
      expiresAt: grant.expiresAt === undefined ? null : new Date(grant.expiresAt),
      window: grant.window ?? null,
    })
    .returning();
  if (!row) throw new Error('nothing was inserted');
  return grantOf(row);
}

export function viewOf({ expiresAt, ...grant }: StoredGrant): GrantView {
  return { ...grant, expiresAt: expiresAt?.toISOString() ?? null };
}

function holderColumns(to: Grantee) {
  switch (to.type) {
    case 'user':
      return { userId: to.user };
    case 'role':
      return { role: to.role };
    case 'group':
      return { groupId: to.group };
    case 'service_account':
      return { serviceAccountId: to.serviceAccount };
  }
}

function grantOf(row: Row): StoredGrant {
  const { channels, expiresAt, window } = row;
  return { id: row.id as GrantId, to: holderOf(row), on: scopeOf(row), channels, expiresAt, window };
}

function holderOf({ userId, role, groupId, serviceAccountId }: Row): Grantee {
  if (userId !== null) return { type: 'user', user: userId as UserId };
  if (role !== null) return { type: 'role', role };
  if (groupId !== null) return { type: 'group', group: groupId as GroupId };
  return { type: 'service_account', serviceAccount: serviceAccountId as ServiceAccountId };
}

/** Neither, which the table forbids, would cover nothing. */
function scopeOf({ resourceId, matchLabels }: Row): Scope {
  return resourceId === null ? { matchLabels: matchLabels ?? {} } : { resource: resourceId as ResourceId };
}
