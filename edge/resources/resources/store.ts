/** Resources of one organization. Each call runs inside that organization's transaction. */
import { asc, eq, sql } from 'drizzle-orm';
import type { ResourceView } from '../../../schema/api/resources.ts';
import type { OrgId, ResourceId, SecretId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { Target } from '../../../schema/resource.ts';
import { SessionPolicy } from '../../../schema/session-policy.ts';
import { credentials, resources } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { compiled } from '../../db-compiled.ts';
import { allowedChannels, type Principal } from '../../policy/evaluate.ts';
import { loadGrants } from '../../policy/grants.ts';

/** What this principal may reach, by name; with `only`, whether that is among it. */
export async function listAllowed(
  tx: Tx,
  org: OrgId,
  principal: Principal,
  now: Date,
  only?: ResourceId,
): Promise<ResourceView[]> {
  // One behind the other in one round trip.
  const [grants, rows] = await Promise.all([
    loadGrants(tx, org, principal),
    only === undefined ? reachable(tx, { org }) : onlyOne(tx, { only }),
  ]);
  return rows.flatMap(({ id, name, protocol, labels }) => {
    const channels = allowedChannels(principal, { id, protocol, labels }, grants, now);
    return channels ? [{ id: id as ResourceId, name, protocol, channels }] : [];
  });
}

const governed = {
  id: resources.id,
  name: resources.name,
  protocol: resources.protocol,
  labels: resources.labels,
};
const reachable = compiled<{ org: OrgId }, Reachable[]>((tx) =>
  tx
    .select(governed)
    .from(resources)
    .where(eq(resources.orgId, sql.placeholder('org')))
    .orderBy(asc(resources.name)),
);
const onlyOne = compiled<{ only: ResourceId }, Reachable[]>((tx) =>
  tx
    .select(governed)
    .from(resources)
    .where(eq(resources.id, sql.placeholder('only'))),
);
type Reachable = Pick<typeof resources.$inferSelect, keyof typeof governed>;

export async function insertResource(
  tx: Tx,
  org: OrgId,
  resource: Pick<
    typeof resources.$inferInsert,
    'name' | 'egressPool' | 'target' | 'labels' | 'sessionPolicy' | 'requestRule'
  > & {
    target: Target;
  },
): Promise<ResourceId> {
  const [row] = await tx
    .insert(resources)
    .values({ orgId: org, ...resource, protocol: resource.target.protocol })
    .returning({ id: resources.id });
  if (!row) throw new Error('nothing was inserted');
  return row.id as ResourceId;
}

/** @throws Refusal `not_found` */
export async function findResource(tx: Tx, resource: ResourceId) {
  const [row] = await tx.select().from(resources).where(eq(resources.id, resource));
  if (!row) throw new Refusal('not_found');
  return row;
}

/** As those who manage them see them; with `only`, that one if it is there. */
export async function listManaged(tx: Tx, org: OrgId, only?: ResourceId) {
  const rows = await tx
    .select({ resource: resources, credential: credentials.resourceId, secret: credentials.secretId })
    .from(resources)
    .leftJoin(credentials, eq(credentials.resourceId, resources.id))
    .where(only === undefined ? eq(resources.orgId, org) : eq(resources.id, only))
    .orderBy(asc(resources.name));
  return rows.map(({ resource: { orgId: _, createdAt: __, ...resource }, credential, secret }) => ({
    ...resource,
    id: resource.id as ResourceId,
    sessionPolicy: SessionPolicy.parse(resource.sessionPolicy),
    hasCredential: credential !== null,
    secret: secret as SecretId | null,
  }));
}
