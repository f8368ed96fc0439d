/** Providers of one organization. Each call runs inside that organization's transaction. */
import { asc, eq } from 'drizzle-orm';
import {
  ProviderSettings,
  type ProviderView,
  RoleMapping,
  type SaveProvider,
} from '../../../schema/api/sso.ts';
import { IdentityProviderId, Name, type OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { identityProviders } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { addressesOf } from '../../sso/providers.ts';

export type ProviderRow = typeof identityProviders.$inferSelect;

export function listProviders(tx: Tx): Promise<ProviderRow[]> {
  return tx.select().from(identityProviders).orderBy(asc(identityProviders.name));
}

/** @throws Refusal `not_found` */
export async function findProvider(tx: Tx, id: IdentityProviderId): Promise<ProviderRow> {
  const [row] = await tx.select().from(identityProviders).where(eq(identityProviders.id, id)).for('update');
  if (!row) throw new Refusal('not_found');
  return row;
}

type Saved = Omit<SaveProvider, 'secret'> & { readonly sealedSecret: string | null };

export async function insertProvider(
  tx: Tx,
  org: OrgId,
  id: IdentityProviderId,
  saved: Saved,
): Promise<ProviderRow> {
  const [row] = await tx
    .insert(identityProviders)
    .values({ id, orgId: org, ...saved })
    .returning();
  if (!row) throw new Error('nothing was inserted');
  return row;
}

export async function updateProvider(tx: Tx, id: IdentityProviderId, saved: Saved): Promise<ProviderRow> {
  const [row] = await tx.update(identityProviders).set(saved).where(eq(identityProviders.id, id)).returning();
  if (!row) throw new Refusal('not_found');
  return row;
}

export async function deleteProvider(tx: Tx, id: IdentityProviderId): Promise<void> {
  const gone = await tx.delete(identityProviders).where(eq(identityProviders.id, id)).returning();
  if (gone.length === 0) throw new Refusal('not_found');
}

/** Never the secret, only whether there is one. */
export function viewOf(row: ProviderRow, publicUrl: string): ProviderView {
  const id = IdentityProviderId.parse(row.id);
  const { redirectUrl, metadataUrl, assertionUrl } = addressesOf(publicUrl, id);
  const settings = ProviderSettings.parse(row.settings);
  return {
    id,
    name: Name.parse(row.name),
    settings,
    hasSecret: row.sealedSecret !== null,
    enabled: row.enabled,
    roles: RoleMapping.parse(row.roles),
    emailDomains: row.emailDomains,
    provisioning: row.provisioning,
    ...(settings.kind === 'oidc' ? { redirectUrl } : {}),
    ...(settings.kind === 'saml' ? { metadataUrl, assertionUrl } : {}),
  };
}
