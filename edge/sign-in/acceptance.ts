/**
 * Accepting an invitation. Membership begins here, by the person themselves: with new secrets where the account has never been anybody's,
 * signed in as ever where it is somebody's already. Who invited holds the token too, so it alone never opens an account that is in use.
 */
import { and, eq } from 'drizzle-orm';
import type { OrgId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { RoleName } from '../../schema/roles.ts';
import type { Enrolled } from '../../schema/sign-in/two-secret.ts';
import {
  invitations,
  memberships,
  passkeys,
  ssoIdentities,
  users,
  verifiers,
} from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';
import { requireActive } from '../policy/suspended.ts';
import { permissionsOfRole } from '../policy/within.ts';
import { requireRoom } from '../quotas.ts';
import type { Services } from '../services.ts';
import { findOpen, type Open, revokeWaysBack } from './invitations.ts';
import { saveVerifier } from './password.ts';

export interface Accepting {
  readonly now: number;
  readonly requestId: string;
}

/** To whoever holds the token. The name is the one that was typed: an account's own is not for whoever invites to see. @throws Refusal `token_invalid` */
export async function readInvitation(tx: Tx, token: string, now: number) {
  const found = await findOpen(tx, token, now);
  const { email, name, offeredName, organization, expiresAt } = found;
  const isOffer = found.role !== null;
  return { email, name: offeredName ?? name, organization, isOffer, expiresAt: expiresAt.toISOString() };
}

/** New secrets for the account, and membership where that was offered. @throws Refusal `token_invalid`, `conflict`, `not_found`, `quota_exceeded` */
export async function joinWithSecrets(
  tx: Tx,
  { master, now }: Services,
  token: string,
  enrolled: Enrolled,
  requestId: string,
): Promise<UserId> {
  const found = await findOpen(tx, token, now());
  // Two invitations of different organizations wait for each other: one of them makes the account somebody's.
  await tx.select({ id: users.id }).from(users).where(eq(users.id, found.user)).for('update');
  if (!(await isWayIn(tx, found)))
    throw new Refusal('conflict', 'there is an account of this address: sign in to it, then accept');
  await saveVerifier(tx, master, found.user, enrolled);
  if (found.offeredName !== null)
    await tx.update(users).set({ name: found.offeredName }).where(eq(users.id, found.user));
  await useUp(tx, found, now());
  if (found.role !== null) await becomeMember(tx, found, { now: now(), requestId });
  return found.user;
}

/** The person themselves, signed in. @throws Refusal `token_invalid`, `forbidden`, `conflict`, `not_found`, `quota_exceeded` */
export async function joinSignedIn(tx: Tx, user: UserId, token: string, accepting: Accepting) {
  const found = await findOpen(tx, token, accepting.now);
  if (found.user !== user)
    throw new Refusal('forbidden', `this invitation is for ${found.email}: sign in as them to accept it`);
  if (found.role === null) throw new Refusal('conflict', 'this invitation offers no membership');
  await useUp(tx, found, accepting.now);
  // They have a way in. One that somebody else still holds would lead into this organization too.
  await revokeWaysBack(tx, user, accepting.now);
  return becomeMember(tx, found, accepting);
}

/** By whoever holds the link: it is worthless from now on, and nothing is said of who it was. @throws Refusal `token_invalid`, `conflict` */
export async function decline(tx: Tx, token: string, { now, requestId }: Accepting): Promise<void> {
  const { id, org, role } = await findOpen(tx, token, now);
  if (role === null)
    throw new Refusal('conflict', 'this is a way back into an account and offers nothing to decline');
  await tx
    .update(invitations)
    .set({ revokedAt: new Date(now) })
    .where(eq(invitations.id, id));
  await record(tx, { org, actor: 'anonymous', action: 'invitation.decline', subject: id, requestId });
}

async function useUp(tx: Tx, { id }: Open, now: number): Promise<void> {
  await tx
    .update(invitations)
    .set({ usedAt: new Date(now) })
    .where(eq(invitations.id, id));
}

/** Checked anew: the role may be gone, the places taken. */
async function becomeMember(tx: Tx, found: Open, { now, requestId }: Accepting) {
  const { org, role, user, organization } = found;
  if (org === null || role === null || organization === null) throw new Error('it offers no membership');
  await requireActive(tx, org);
  await permissionsOfRole(tx, org, role);
  await requireRoom(tx, org, 'members', now);
  await addMember(tx, org, user, role);
  const actor = `user:${user}` as const;
  await record(tx, { org, actor, action: 'member.join', subject: user, reason: `as ${role}`, requestId });
  return { id: org, name: organization, role };
}

/** @throws Refusal `conflict` */
async function addMember(tx: Tx, org: OrgId, user: UserId, role: RoleName): Promise<void> {
  const added = await tx
    .insert(memberships)
    .values({ orgId: org, userId: user, role })
    .onConflictDoNothing()
    .returning({ user: memberships.userId });
  if (added.length === 0) throw new Refusal('conflict', 'this person is a member already');
}

/**
 * Whether new secrets may be left for the account. An offer of membership: only while it is nobody's yet. A way back in: only while there
 * is none, and its person still belongs to whoever gave it.
 */
async function isWayIn(tx: Tx, { user, org, role }: Open): Promise<boolean> {
  const [verifier] = await tx.select().from(verifiers).where(eq(verifiers.userId, user));
  const [passkey] = await tx.select().from(passkeys).where(eq(passkeys.userId, user)).limit(1);
  if (verifier || (role !== null && passkey)) return false;
  const [account] = await tx
    .select({ platformRole: users.platformRole, org: memberships.orgId, subject: ssoIdentities.subject })
    .from(users)
    .leftJoin(memberships, eq(memberships.userId, users.id))
    .leftJoin(ssoIdentities, eq(ssoIdentities.userId, users.id))
    .where(and(eq(users.id, user), role === null && org !== null ? eq(memberships.orgId, org) : undefined))
    .limit(1);
  if (role !== null)
    return account?.platformRole === null && account.org === null && account.subject === null;
  return org === null ? account !== undefined && account.platformRole !== null : account !== undefined;
}
