/** Resources of one organization. Each call runs inside that organization's transaction. */
import { asc, eq } from 'drizzle-orm';
import type { ResourceView } from '../../../schema/api/resources.ts';
import type { OrgId, ResourceId } from '../../../schema/ids.ts';
import type { Labels } from '../../../schema/policy.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { Credential, Target } from '../../../schema/resource.ts';
import { credentials, organizations, resources } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { credentialPlace, dataKeySealer, type Sealer } from '../../keys/envelope.ts';
import { recordKeyUse } from '../../keys/uses.ts';
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
  const grants = await loadGrants(tx, org, principal);
  if (grants.length === 0) return [];
  const rows = await tx
    .select()
    .from(resources)
    .where(only === undefined ? eq(resources.orgId, org) : eq(resources.id, only))
    .orderBy(asc(resources.name));
  return rows.flatMap(({ id, name, protocol, labels }) => {
    const channels = allowedChannels(principal, { id, protocol, labels }, grants, now);
    return channels ? [{ id: id as ResourceId, name, protocol, channels }] : [];
  });
}

export async function insertResource(
  tx: Tx,
  org: OrgId,
  resource: { name: string; egressPool: string; target: Target; labels: Labels },
): Promise<ResourceId> {
  const [row] = await tx
    .insert(resources)
    .values({ orgId: org, ...resource, protocol: resource.target.protocol })
    .returning({ id: resources.id });
  if (!row) throw new Error('nothing was inserted');
  return row.id as ResourceId;
}

/** In place of the one before, if any; null leaves none. */
export async function replaceCredential(
  tx: Tx,
  master: Sealer,
  org: OrgId,
  resource: ResourceId,
  credential: Credential | null,
  actor: string,
): Promise<void> {
  await tx.delete(credentials).where(eq(credentials.resourceId, resource));
  if (credential === null) return;
  const [row] = await tx
    .select({ key: organizations.sealedDataKey })
    .from(organizations)
    .where(eq(organizations.id, org));
  if (!row) throw new Refusal('not_found');
  const sealer = await dataKeySealer(master, org, row.key);
  const plain = new TextEncoder().encode(JSON.stringify(credential));
  const sealed = await sealer.seal(plain, credentialPlace(org, resource));
  await recordKeyUse(tx, { org, purpose: 'credential.seal', subject: resource, actor });
  await tx.insert(credentials).values({ orgId: org, resourceId: resource, sealed });
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
    .select({ resource: resources, credential: credentials.resourceId })
    .from(resources)
    .leftJoin(credentials, eq(credentials.resourceId, resources.id))
    .where(only === undefined ? eq(resources.orgId, org) : eq(resources.id, only))
    .orderBy(asc(resources.name));
  return rows.map(({ resource: { orgId: _, createdAt: __, ...resource }, credential }) => ({
    ...resource,
    id: resource.id as ResourceId,
    hasCredential: credential !== null,
  }));
}
