/**
 * What a side of a divided cluster must not do unless its authority is proven (document 2, section 6): whatever widens trust. Taking trust away, reading, and using what was
 * granted before go on.
 */
import { eq } from 'drizzle-orm';
import { ClusterId, type OrgId } from '../../schema/ids.ts';
import type { Permission } from '../../schema/permissions.ts';
import { organizations } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { requireProven } from './proven.ts';

/** Node approval is checked where it is done: to refuse a node is always allowed. */
const WIDENS_TRUST: ReadonlySet<Permission> = new Set<Permission>([
  'grants.manage',
  'roles.manage',
  'roles.assign',
  'api-keys.manage',
  'security.manage',
  'clusters.manage',
  'nodes.enrol',
  'updates.manage',
]);

export interface Intended {
  readonly permission: Permission;
  readonly method: string;
}

const widens = ({ permission, method }: Intended) =>
  WIDENS_TRUST.has(permission) && (method === 'POST' || method === 'PUT' || method === 'PATCH');

/** @throws Refusal `authority_not_proven` */
export async function requireAuthorityIn(services: Services, org: OrgId, intended: Intended): Promise<void> {
  if (!widens(intended)) return;
  await services.db.platform(async (tx) => {
    const cluster = await clusterOf(tx, org);
    if (cluster) await requireProven(tx, cluster, services.now());
  });
}

/** @param cluster as the path names it, unchecked; undefined where it names none. @throws Refusal `authority_not_proven` */
export async function requireAuthorityOver(
  services: Services,
  cluster: string | undefined,
  intended: Intended,
): Promise<void> {
  const named = ClusterId.safeParse(cluster);
  if (!widens(intended) || !named.success) return;
  await services.db.platform((tx) => requireProven(tx, named.data, services.now()));
}

async function clusterOf(tx: Tx, org: OrgId): Promise<ClusterId | undefined> {
  const [row] = await tx
    .select({ cluster: organizations.cluster })
    .from(organizations)
    .where(eq(organizations.id, org));
  return row && ClusterId.parse(row.cluster);
}
