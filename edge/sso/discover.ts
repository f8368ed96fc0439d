/** Which providers someone may sign in by who names an organization, or an e-mail address of a domain that is verified as one's. */
import { and, asc, eq } from 'drizzle-orm';
import type { ProviderChoice } from '../../schema/api/sso.ts';
import type { IdentityProviderId } from '../../schema/ids.ts';
import { identityProviders, organizations, verifiedDomains } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { domainOf } from './rules.ts';

const MAX = 16;

/** None for a stranger's name and for an organization without providers alike. An organization's own word about its domains does not count here: it could lead others' people to its page. */
export async function discover(tx: Tx, said: string): Promise<ProviderChoice[]> {
  const text = said.trim().toLowerCase();
  const of = text.includes('@')
    ? eq(
        organizations.id,
        tx
          .select({ owner: verifiedDomains.ownerId })
          .from(verifiedDomains)
          .where(eq(verifiedDomains.domain, domainOf(text))),
      )
    : eq(organizations.name, text);
  const rows = await tx
    .select({
      id: identityProviders.id,
      name: identityProviders.name,
      settings: identityProviders.settings,
      organization: organizations.name,
    })
    .from(identityProviders)
    .innerJoin(organizations, eq(organizations.id, identityProviders.orgId))
    .where(and(of, eq(identityProviders.enabled, true)))
    .orderBy(asc(identityProviders.name))
    .limit(MAX);
  return rows.map(({ id, name, settings, organization }) => ({
    id: id as IdentityProviderId,
    kind: settings.kind,
    name,
    organization,
  }));
}
