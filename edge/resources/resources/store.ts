/** Resources of one organization and the grants on them. Each call runs inside that organization's transaction. */
import { and, asc, eq, or } from 'drizzle-orm';
import type { CreateGrant, ResourceView } from '../../../schema/api/resources.ts';
import type { ChannelGrants } from '../../../schema/channel.ts';
import type { OrgId, ResourceId, UserId } from '../../../schema/ids.ts';
import type { Target } from '../../../schema/resource.ts';
import { credentials, grants, resources } from '../../../schema/tables/index.ts';
import type { Member } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { mergeGrants } from './rules.ts';

/** What this person may reach, by name. */
export async function listAllowed(tx: Tx, user: UserId, { role }: Member): Promise<ResourceView[]> {
  const rows = await tx
    .select({
      id: resources.id,
      name: resources.name,
      protocol: resources.protocol,
      channels: grants.channels,
    })
    .from(resources)
    .innerJoin(grants, eq(grants.resourceId, resources.id))
    .where(or(eq(grants.userId, user), role ? eq(grants.role, role) : undefined))
    .orderBy(asc(resources.name));
  const byId = new Map<string, ResourceView>();
  for (const row of rows) {
    const known = byId.get(row.id);
    const channels: ChannelGrants = known ? mergeGrants(known.channels, row.channels) : row.channels;
    byId.set(row.id, { ...row, channels } as ResourceView);
  }
  return [...byId.values()];
}

export async function insertResource(
  tx: Tx,
  org: OrgId,
  resource: { name: string; egressPool: string; target: Target },
): Promise<ResourceId> {
  const [row] = await tx
    .insert(resources)
    .values({ orgId: org, ...resource, protocol: resource.target.protocol })
    .returning({ id: resources.id });
  if (!row) throw new Error('nothing was inserted');
  return row.id as ResourceId;
}

export async function insertCredential(
  tx: Tx,
  org: OrgId,
  resource: ResourceId,
  sealed: string,
): Promise<void> {
  await tx.insert(credentials).values({ orgId: org, resourceId: resource, sealed });
}

export async function findResource(tx: Tx, resource: ResourceId) {
  const [row] = await tx
    .select()
    .from(resources)
    .where(and(eq(resources.id, resource)));
  return row;
}

export async function insertGrant(
  tx: Tx,
  org: OrgId,
  resource: ResourceId,
  to: CreateGrant['to'],
  channels: ChannelGrants,
): Promise<void> {
  const holder = to.type === 'user' ? { userId: to.user } : { role: to.role };
  await tx.insert(grants).values({ orgId: org, resourceId: resource, channels, ...holder });
}
