/** Secrets of one organization, as rows and as they are shown: never with a value. Each call runs inside that organization's transaction. */
import { and, asc, count, desc, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import type { CreateSecret, SecretUse, SecretView, VersionView } from '../../../schema/api/secrets.ts';
import type { OrgId, ResourceId, SecretId, SessionId } from '../../../schema/ids.ts';
import type { Grantee } from '../../../schema/policy.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { credentials, resources, secrets, secretUses, secretVersions } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { requireGrantee } from '../../policy/within.ts';
import type { SecretRow, VersionRow } from '../../secrets/versions.ts';

/** Those that belong to a resource are counted with the resources. */
const MOST_SECRETS = 2_000;

/** By name; with `only`, that one if it is there. */
export async function listSecrets(tx: Tx, org: OrgId, only?: SecretId): Promise<SecretView[]> {
  const rows = await tx
    .select({ secret: secrets, version: secretVersions.version, publicPart: secretVersions.publicPart })
    .from(secrets)
    .leftJoin(
      secretVersions,
      and(eq(secretVersions.secretId, secrets.id), eq(secretVersions.state, 'current')),
    )
    .where(and(eq(secrets.orgId, org), only === undefined ? undefined : eq(secrets.id, only)))
    .orderBy(asc(secrets.name));
  const usedBy = await usersOf(tx, org, only);
  return rows.map(({ secret, version, publicPart }) => {
    const used = usedBy.get(secret.id) ?? [];
    return viewOf(secret, { version, publicPart }, used);
  });
}

/** @throws Refusal `not_found` */
export async function oneSecret(tx: Tx, org: OrgId, secret: SecretId): Promise<SecretView> {
  const [found] = await listSecrets(tx, org, secret);
  if (!found) throw new Refusal('not_found');
  return found;
}

/** @throws Refusal `conflict` */
export async function insertSecret(tx: Tx, org: OrgId, wanted: CreateSecret): Promise<SecretRow> {
  const { value: _, generate, name, kind, ...terms } = wanted;
  const [held] = await tx.select({ n: count() }).from(secrets).where(eq(secrets.ownedByResource, false));
  if ((held?.n ?? 0) >= MOST_SECRETS)
    throw new Refusal('conflict', `an organization has ${MOST_SECRETS} secrets at most: delete some`);
  const columns = columnsOf(terms);
  const [row] = await tx
    .insert(secrets)
    .values({ orgId: org, name, kind, ...columns, generated: generate ?? null })
    .returning();
  if (!row) throw new Error('nothing was inserted');
  return row;
}

/** Without what was left out. */
export function columnsOf<T extends { expiresAt?: string | null | undefined }>({ expiresAt, ...terms }: T) {
  const given = Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
  return {
    ...(given as Omit<T, 'expiresAt'>),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
  };
}

/** A list that names somebody of elsewhere would let in nobody, or, one day, somebody. @throws Refusal `not_found` */
export async function requireGrantees(
  tx: Tx,
  org: OrgId,
  ...lists: (readonly Grantee[] | null | undefined)[]
): Promise<void> {
  for (const to of lists.flatMap((list) => list ?? [])) await requireGrantee(tx, org, to);
}

export async function listVersions(tx: Tx, { id }: SecretRow): Promise<VersionView[]> {
  const rows = await tx
    .select()
    .from(secretVersions)
    .where(eq(secretVersions.secretId, id))
    .orderBy(desc(secretVersions.version));
  return rows.map(versionView);
}

export function versionView(row: VersionRow): VersionView {
  const { version, state, publicPart, overlapUntil, createdBy, createdAt } = row;
  return {
    version,
    state,
    publicPart,
    overlapUntil: overlapUntil?.toISOString() ?? null,
    createdBy,
    createdAt: createdAt.toISOString(),
  };
}

export async function listUses(
  tx: Tx,
  { id }: SecretRow,
  limit: number,
): Promise<z.infer<typeof SecretUse>[]> {
  const rows = await tx
    .select()
    .from(secretUses)
    .where(eq(secretUses.secretId, id))
    .orderBy(desc(secretUses.createdAt), desc(secretUses.id))
    .limit(limit);
  return rows.map(({ createdAt, what, version, person, sessionId, resourceId, reason }) => ({
    at: createdAt.toISOString(),
    what,
    version,
    person,
    session: sessionId as SessionId | null,
    resource: resourceId as ResourceId | null,
    reason,
  }));
}

/** @throws Refusal `secret_in_use` that names the resources */
export async function deleteUnused(tx: Tx, org: OrgId, secret: SecretRow): Promise<void> {
  const used = (await usersOf(tx, org, secret.id as SecretId)).get(secret.id) ?? [];
  if (used.length > 0)
    throw new Refusal(
      'secret_in_use',
      `used by ${used.map(({ name }) => name).join(', ')}: give ${used.length > 1 ? 'them' : 'it'} another credential first`,
    );
  await tx.delete(secrets).where(eq(secrets.id, secret.id));
}

type Users = { readonly id: ResourceId; readonly name: string }[];

/** Which resources use which secrets. */
async function usersOf(tx: Tx, org: OrgId, only?: SecretId): Promise<Map<string, Users>> {
  const rows = await tx
    .select({ secret: credentials.secretId, id: resources.id, name: resources.name })
    .from(credentials)
    .innerJoin(resources, eq(resources.id, credentials.resourceId))
    .where(
      and(eq(credentials.orgId, org), only === undefined ? undefined : inArray(credentials.secretId, [only])),
    )
    .orderBy(asc(resources.name));
  const named = rows.map(({ secret, id, name }) => ({ secret: secret ?? '', id: id as ResourceId, name }));
  const grouped = Map.groupBy(named, ({ secret }) => secret);
  return new Map(
    [...grouped].map(([secret, users]) => [secret, users.map(({ id, name }) => ({ id, name }))]),
  );
}

function viewOf(
  { orgId: _, versions: __, id, nextRotationAt, dueSince, expiresAt, createdAt, ...secret }: SecretRow,
  current: Pick<SecretView, 'version' | 'publicPart'>,
  usedBy: Users,
): SecretView {
  return {
    ...secret,
    ...current,
    id: id as SecretId,
    nextRotationAt: nextRotationAt?.toISOString() ?? null,
    dueSince: dueSince?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    usedBy,
    createdAt: createdAt.toISOString(),
  };
}
