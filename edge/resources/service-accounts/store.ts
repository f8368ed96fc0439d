/** Service accounts and their keys as rows. */
import { and, asc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { ApiKeyView, CreateApiKey } from '../../../schema/api/api-keys.ts';
import { ApiKeyId, type OrgId, ServiceAccountId } from '../../../schema/ids.ts';
import type { OrgPermission } from '../../../schema/permissions.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { apiKeys, serviceAccounts } from '../../../schema/tables/index.ts';
import { newApiKey } from '../../../schema/tokens/api-key.ts';
import type { Tx } from '../../db.ts';
import { hashToken } from '../../keys/opaque-token.ts';

/** @throws Refusal `not_found` */
export async function findAccount(tx: Tx, org: OrgId, account: ServiceAccountId) {
  const [found] = await tx
    .select()
    .from(serviceAccounts)
    .where(and(eq(serviceAccounts.orgId, org), eq(serviceAccounts.id, account)))
    .for('update');
  if (!found) throw new Refusal('not_found');
  return found;
}

export async function listAccounts(tx: Tx, org: OrgId) {
  const rows = await tx
    .select()
    .from(serviceAccounts)
    .where(eq(serviceAccounts.orgId, org))
    .orderBy(asc(serviceAccounts.name));
  return rows.map(({ id, name, role }) => ({ id: ServiceAccountId.parse(id), name, role }));
}

/** @returns the key itself, which is kept nowhere, and what is */
export async function insertKey(
  tx: Tx,
  org: OrgId,
  account: ServiceAccountId,
  wanted: z.infer<typeof CreateApiKey> & { permissions: OrgPermission[] },
  now: number,
) {
  const id = ApiKeyId.parse(crypto.randomUUID());
  const key = newApiKey(org, id);
  const { name, permissions, sources, expiresIn } = wanted;
  const [row] = await tx
    .insert(apiKeys)
    .values({
      id,
      orgId: org,
      accountId: account,
      name,
      hash: await hashToken(key),
      permissions,
      sources,
      createdAt: new Date(now),
      expiresAt: new Date(now + expiresIn * 1000),
    })
    .returning();
  if (!row) throw new Error('nothing was inserted');
  return { key, ...viewOf(row) };
}

export async function listKeys(tx: Tx, org: OrgId) {
  const rows = await tx
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.orgId, org))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id));
  return rows.map(viewOf);
}

/** Again is fine: it stays revoked since the first time. @throws Refusal `not_found` */
export async function revokeKey(tx: Tx, org: OrgId, key: ApiKeyId, now: Date) {
  const [found] = await tx
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.orgId, org), eq(apiKeys.id, key)))
    .for('update');
  if (!found) throw new Refusal('not_found');
  if (found.revokedAt === null) await tx.update(apiKeys).set({ revokedAt: now }).where(eq(apiKeys.id, key));
}

function viewOf(row: typeof apiKeys.$inferSelect): z.infer<typeof ApiKeyView> {
  return {
    id: ApiKeyId.parse(row.id),
    serviceAccount: ServiceAccountId.parse(row.accountId),
    name: row.name,
    permissions: row.permissions,
    sources: row.sources,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
