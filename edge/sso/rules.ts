/** What follows from who a provider says someone is: pure decisions, no effects. */
import type { RoleMapping } from '../../schema/api/sso.ts';
import type { OrgId, UserId } from '../../schema/ids.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import { OrgRole } from '../../schema/roles.ts';
import type { Identity } from './identity.ts';

/** `OrgRole` lists them from the highest down. */
export function mapRole({ groups, otherwise }: RoleMapping, held: readonly string[]): OrgRole | undefined {
  const given = new Set(groups.filter(({ group }) => held.includes(group)).map(({ role }) => role));
  return OrgRole.options.find((role) => given.has(role)) ?? otherwise ?? undefined;
}

export const domainOf = (email: string) => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

export interface Account {
  readonly id: UserId;
  readonly email: string;
  readonly hasPlatformRole: boolean;
  readonly organizations: readonly OrgId[];
}

export interface Facts {
  /** The account that this subject is linked to. */
  readonly linked: Account | undefined;
  /** The account of the same e-mail address, and whether another subject of this provider is linked to it. */
  readonly sameAddress: (Account & { readonly isLinkedHere: boolean }) | undefined;
  /** The organization has invited the person of that address, who has not accepted yet: signing in by its provider accepts. */
  readonly isInvited?: boolean;
  /** Who owns the domain of an address, where that is verified. */
  readonly ownerOf: (email: string) => OrgId | undefined;
}

export interface Vouching {
  readonly org: OrgId;
  readonly emailDomains: readonly string[];
  readonly provisioning: boolean;
  readonly roles: RoleMapping;
}

export type Decision =
  | { readonly do: 'sign-in' | 'link'; readonly user: UserId; readonly role: OrgRole }
  | { readonly do: 'create'; readonly role: OrgRole }
  | { readonly do: 'deprovision'; readonly user: UserId }
  | { readonly do: 'refuse'; readonly code: RefusalCode };

const refuse = (code: RefusalCode): Decision => ({ do: 'refuse', code });

/**
 * A provider is run by an organization, so its word counts for that organization's people only. It never opens an account with a role on the platform; one that is also
 * someone else's member, or that exists already under the same address, only where the address's domain is verified as this organization's.
 */
export function decide(provider: Vouching, identity: Identity, facts: Facts): Decision {
  const { linked, sameAddress, ownerOf } = facts;
  const { org, emailDomains } = provider;
  if (emailDomains.length > 0 && !emailDomains.includes(domainOf(identity.email)))
    return refuse('sso_refused');
  const role = mapRole(provider.roles, identity.groups);
  if (role === undefined) return linked ? { do: 'deprovision', user: linked.id } : refuse('sso_no_role');
  if (linked) {
    if (!mayVouchFor(org, linked, ownerOf)) return refuse('sso_not_yours');
    if (!linked.organizations.includes(org) && !provider.provisioning) return refuse('sso_no_account');
    return { do: 'sign-in', user: linked.id, role };
  }
  if (sameAddress) {
    const isOwner = ownerOf(sameAddress.email) === org;
    if (!isOwner || sameAddress.isLinkedHere || sameAddress.hasPlatformRole) return refuse('sso_not_yours');
    const isExpected = sameAddress.organizations.includes(org) || facts.isInvited === true;
    if (!isExpected && !provider.provisioning) return refuse('sso_no_account');
    return { do: 'link', user: sameAddress.id, role };
  }
  const owner = ownerOf(identity.email);
  if (owner !== undefined && owner !== org) return refuse('sso_not_yours');
  return provider.provisioning ? { do: 'create', role } : refuse('sso_no_account');
}

function mayVouchFor(org: OrgId, account: Account, ownerOf: Facts['ownerOf']): boolean {
  if (account.hasPlatformRole) return false;
  return account.organizations.every((of) => of === org) || ownerOf(account.email) === org;
}
