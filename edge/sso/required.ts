/** For a policy that lets an organization's people in by its provider only. */
import { and, eq } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import { identityProviders, memberships, ssoIdentities } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';

/** Whether such a policy would leave a way in: an owner has signed in by a provider that is switched on. In a transaction of the platform. */
export async function mayRequireSso(tx: Tx, org: OrgId): Promise<boolean> {
  const [owner] = await tx
    .select({ user: memberships.userId })
    .from(memberships)
    .innerJoin(ssoIdentities, eq(ssoIdentities.userId, memberships.userId))
    .innerJoin(identityProviders, eq(identityProviders.id, ssoIdentities.providerId))
    .where(
      and(
        eq(memberships.orgId, org),
        eq(memberships.role, 'organization_owner'),
        eq(identityProviders.orgId, org),
        eq(identityProviders.enabled, true),
      ),
    )
    .limit(1);
  return owner !== undefined;
}
