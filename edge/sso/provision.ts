/** Makes true what `rules.ts` decides: accounts, links, memberships and roles, each change audited, in one transaction with the sign-in. */
import { and, eq, inArray, ne } from 'drizzle-orm';
import { type OrgId, UserId } from '../../schema/ids.ts';
import { Refusal, type RefusalCode } from '../../schema/refusal.ts';
import type { OrgRole } from '../../schema/roles.ts';
import { memberships, ssoCodes, ssoIdentities, users, verifiedDomains } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';
import { endSignIns, ofPerson } from '../sign-in/families.ts';
import { hasOffer, revokeOf } from '../sign-in/invitations.ts';
import type { Identity } from './identity.ts';
import type { Provider } from './providers.ts';
import { type Account, decide, domainOf, type Facts } from './rules.ts';

export type Admission =
  | { readonly admitted: true; readonly user: UserId }
  | { readonly admitted: false; readonly refusal: Refusal };

interface Circumstances {
  readonly now: number;
  readonly requestId: string;
}

/** What it refuses it returns, since the refusal's own changes must stay: throw only after the transaction. */
export async function admit(
  tx: Tx,
  provider: Provider,
  identity: Identity,
  { now, requestId }: Circumstances,
): Promise<Admission> {
  const decision = decide(provider, identity, await gather(tx, provider, identity, now));
  const note = (user: UserId, action: string, reason?: string) =>
    record(tx, {
      org: provider.org,
      actor: `user:${user}`,
      action,
      subject: user,
      requestId,
      ...(reason === undefined ? {} : { reason }),
    });
  if (decision.do === 'refuse') return refused(tx, provider, requestId, decision.code, identity.email);
  if (decision.do === 'deprovision') {
    if (await removeMember(tx, provider.org, decision.user, now))
      await note(decision.user, 'member.deprovision', `identity provider ${provider.id}`);
    return refused(tx, provider, requestId, 'sso_no_role', identity.email);
  }
  const user = decision.do === 'create' ? await createUser(tx, identity) : decision.user;
  if (decision.do === 'create') await note(user, 'member.provision', `identity provider ${provider.id}`);
  if (decision.do === 'link') await note(user, 'sign-in.linked', `identity provider ${provider.id}`);
  await remember(tx, provider, identity.subject, user, new Date(now));
  if (await setRole(tx, provider.org, user, decision.role, now))
    await note(user, 'member.role', decision.role);
  await record(tx, {
    org: provider.org,
    actor: `user:${user}`,
    action: 'sign-in.sso',
    subject: provider.id,
    requestId,
  });
  return { admitted: true, user };
}

async function refused(
  tx: Tx,
  provider: Provider,
  requestId: string,
  code: RefusalCode,
  subject: string,
): Promise<Admission> {
  const entry = { org: provider.org, actor: 'anonymous', action: 'sign-in.refused', subject } as const;
  await record(tx, { ...entry, reason: code, requestId });
  return { admitted: false, refusal: new Refusal(code) };
}

async function gather(tx: Tx, provider: Provider, identity: Identity, now: number): Promise<Facts> {
  const here = eq(ssoIdentities.providerId, provider.id);
  const [link] = await tx
    .select({ user: ssoIdentities.userId })
    .from(ssoIdentities)
    .where(and(here, eq(ssoIdentities.subject, identity.subject)));
  const linked = link ? await accountOf(tx, eq(users.id, link.user)) : undefined;
  const found = await accountOf(tx, eq(users.email, identity.email));
  const [other] = found
    ? await tx
        .select({ subject: ssoIdentities.subject })
        .from(ssoIdentities)
        .where(and(here, eq(ssoIdentities.userId, found.id)))
    : [];
  const domains = [identity.email, linked?.email, found?.email].flatMap((email) =>
    email ? [domainOf(email)] : [],
  );
  const owners = await tx.select().from(verifiedDomains).where(inArray(verifiedDomains.domain, domains));
  return {
    linked,
    isInvited: found !== undefined && (await hasOffer(tx, provider.org, found.id, now)),
    sameAddress: found && { ...found, isLinkedHere: other !== undefined },
    ownerOf: (email) => owners.find(({ domain }) => domain === domainOf(email))?.ownerId as OrgId | undefined,
  };
}

async function accountOf(tx: Tx, which: ReturnType<typeof eq>): Promise<Account | undefined> {
  const [row] = await tx.select().from(users).where(which);
  if (!row) return undefined;
  const of = await tx
    .select({ org: memberships.orgId })
    .from(memberships)
    .where(eq(memberships.userId, row.id));
  return {
    id: UserId.parse(row.id),
    email: row.email,
    hasPlatformRole: row.platformRole !== null,
    organizations: of.map(({ org }) => org as OrgId),
  };
}

async function createUser(tx: Tx, { email, name }: Identity): Promise<UserId> {
  const [row] = await tx.insert(users).values({ email, name }).returning({ id: users.id });
  return UserId.parse(row?.id);
}

async function remember(tx: Tx, provider: Provider, subject: string, userId: UserId, lastSignInAt: Date) {
  await tx
    .insert(ssoIdentities)
    .values({ providerId: provider.id, subject, userId, lastSignInAt })
    .onConflictDoUpdate({
      target: [ssoIdentities.providerId, ssoIdentities.subject],
      set: { lastSignInAt },
    });
}

/** @returns whether anything changed; the last owner stays one, so that a wrong mapping locks nobody out */
async function setRole(tx: Tx, orgId: OrgId, userId: UserId, role: OrgRole, now: number): Promise<boolean> {
  const mine = and(eq(memberships.orgId, orgId), eq(memberships.userId, userId));
  const [held] = await tx.select({ role: memberships.role }).from(memberships).where(mine).for('update');
  if (held?.role === role) return false;
  if (!held) {
    await tx.insert(memberships).values({ orgId, userId, role });
    await revokeOf(tx, orgId, userId, now);
    return true;
  }
  if (await isLastOwner(tx, orgId, userId)) return false;
  await tx.update(memberships).set({ role }).where(mine);
  return true;
}

async function removeMember(tx: Tx, orgId: OrgId, userId: UserId, now: number): Promise<boolean> {
  if (await isLastOwner(tx, orgId, userId)) return false;
  const gone = await tx
    .delete(memberships)
    .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId)))
    .returning({ user: memberships.userId });
  await tx.delete(ssoCodes).where(eq(ssoCodes.userId, userId));
  // Who is something elsewhere stays signed in there: that is not this organization's to end.
  const account = await accountOf(tx, eq(users.id, userId));
  if (account && account.organizations.length === 0 && !account.hasPlatformRole)
    await endSignIns(tx, ofPerson(userId), 'belongs_nowhere', now);
  return gone.length > 0;
}

async function isLastOwner(tx: Tx, org: OrgId, user: UserId): Promise<boolean> {
  const owners = and(eq(memberships.orgId, org), eq(memberships.role, 'organization_owner'));
  const [me] = await tx
    .select({ user: memberships.userId })
    .from(memberships)
    .where(and(owners, eq(memberships.userId, user)));
  if (!me) return false;
  const [another] = await tx
    .select({ user: memberships.userId })
    .from(memberships)
    .where(and(owners, ne(memberships.userId, user)))
    .limit(1);
  return another === undefined;
}
