/** An organization's provider as a sign-in uses it: its row, its secret opened, and this side's addresses for it. */
import { and, eq } from 'drizzle-orm';
import type { ProviderSettings, RoleMapping } from '../../schema/api/sso.ts';
import type { IdentityProviderId, OrgId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { identityProviders } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';
import { orgSealer } from '../keys/org-sealer.ts';
import { requireActive } from '../policy/suspended.ts';

export interface Provider<S extends ProviderSettings = ProviderSettings> {
  readonly id: IdentityProviderId;
  readonly org: OrgId;
  readonly settings: S;
  readonly secret: string | undefined;
  readonly roles: RoleMapping;
  readonly emailDomains: readonly string[];
  readonly provisioning: boolean;
}

export type OfKind<K extends ProviderSettings['kind']> = Provider<Extract<ProviderSettings, { kind: K }>>;

export const providerSecretPlace = (org: string, provider: string) =>
  `org:${org}:identity-provider:${provider}:secret`;

export async function sealProviderSecret(
  sealer: Sealer,
  org: OrgId,
  provider: string,
  secret: string,
): Promise<string> {
  return sealer.seal(new TextEncoder().encode(secret), providerSecretPlace(org, provider));
}

/** In a transaction of the platform or of the organization itself. @throws Refusal `not_found`, `organization_suspended` */
export async function loadProvider(
  tx: Tx,
  master: Sealer,
  id: IdentityProviderId,
  only: 'enabled' | 'any' = 'enabled',
): Promise<Provider> {
  const [row] = await tx
    .select()
    .from(identityProviders)
    .where(
      and(eq(identityProviders.id, id), only === 'enabled' ? eq(identityProviders.enabled, true) : undefined),
    );
  if (!row) throw new Refusal('not_found', 'there is no such identity provider, or it is switched off');
  const org = row.orgId as OrgId;
  if (only === 'enabled') await requireActive(tx, org);
  let secret: string | undefined;
  if (row.sealedSecret !== null) {
    const use = { org, purpose: 'identity-provider.open', subject: id, actor: 'sign-in' } as const;
    const sealer = await orgSealer(tx, master, use);
    secret = new TextDecoder().decode(await sealer.open(row.sealedSecret, providerSecretPlace(org, id)));
  }
  const { settings, roles, emailDomains, provisioning } = row;
  return { id, org, settings, secret, roles, emailDomains, provisioning };
}

/** @throws Refusal `bad_request` */
export function ofKind<K extends ProviderSettings['kind']>(provider: Provider, kind: K): OfKind<K> {
  if (provider.settings.kind !== kind)
    throw new Refusal(
      'bad_request',
      `this identity provider is of kind ${provider.settings.kind}, not ${kind}`,
    );
  return provider as OfKind<K>;
}

export function addressesOf(publicUrl: string, id: string) {
  const at = (path: string) => new URL(path, publicUrl).href;
  return {
    redirectUrl: at(`/v1/sso/oidc/${id}/callback`),
    metadataUrl: at(`/v1/sso/saml/${id}/metadata`),
    assertionUrl: at(`/v1/sso/saml/${id}/assertion`),
  };
}
