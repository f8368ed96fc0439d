/** Members of an organization as rows. */
import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { MemberView } from '../../../schema/api/platform.ts';
import type { OrgId, UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { RoleName } from '../../../schema/roles.ts';
import { grants, groupMembers, memberships, users } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { endSignIns, ofPerson } from '../../sign-in/families.ts';

type View = z.infer<typeof MemberView>;

export async function listMembers(tx: Tx, org: OrgId, only?: UserId): Promise<View[]> {
  const rows = await tx
    .select({ id: users.id, email: users.email, name: users.name, role: memberships.role })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.orgId, org), only === undefined ? undefined : eq(memberships.userId, only)))
    .orderBy(users.email);
  return rows as View[];
}

/** @throws Refusal `not_found` */
export async function findMember(tx: Tx, org: OrgId, user: UserId): Promise<View> {
  const [found] = await listMembers(tx, org, user);
  if (!found) throw new Refusal('not_found');
  return found;
}

/**
 * Someone who has an account keeps it, whichever organizations they join. Nothing of it is told but its id, which is as random as a new
 * one's. Under the platform's role, which alone sees accounts. @throws Refusal `conflict` where they are a member of this organization
 */
export async function findOrMakeAccount(tx: Tx, org: OrgId, email: string, name: string): Promise<UserId> {
  const [known] = await tx
    .select({ id: users.id, member: memberships.userId })
    .from(users)
    .leftJoin(memberships, and(eq(memberships.userId, users.id), eq(memberships.orgId, org)))
    .where(eq(users.email, email));
  if (known?.member) throw new Refusal('conflict', 'this person is a member already');
  if (known) return known.id as UserId;
  const [made] = await tx.insert(users).values({ email, name }).returning({ id: users.id });
  if (!made) throw new Error('nothing was inserted');
  return made.id as UserId;
}

export async function setRole(tx: Tx, org: OrgId, user: UserId, role: RoleName): Promise<void> {
  await tx
    .update(memberships)
    .set({ role })
    .where(and(eq(memberships.orgId, org), eq(memberships.userId, user)));
}

/** With all that was given to them by name. */
export async function removeMember(tx: Tx, org: OrgId, user: UserId): Promise<void> {
  await tx.delete(groupMembers).where(and(eq(groupMembers.orgId, org), eq(groupMembers.userId, user)));
  await tx.delete(grants).where(and(eq(grants.orgId, org), eq(grants.userId, user)));
  await tx.delete(memberships).where(and(eq(memberships.orgId, org), eq(memberships.userId, user)));
}

/** Whoever belongs nowhere any more is signed out everywhere; others stay signed in for the rest of what they have. */
export async function signOutIfNowhere(tx: Tx, user: UserId, now: number): Promise<void> {
  const [belonging] = await tx
    .select({ org: memberships.orgId, platformRole: users.platformRole })
    .from(users)
    .leftJoin(memberships, eq(memberships.userId, users.id))
    .where(eq(users.id, user))
    .limit(1);
  if (belonging && (belonging.org !== null || belonging.platformRole !== null)) return;
  await endSignIns(tx, ofPerson(user), 'belongs_nowhere', now);
}

/** Two who step down at the same time wait for each other. @throws Refusal `conflict` when this is the only owner */
export async function requireOtherOwner(tx: Tx, org: OrgId, user: UserId): Promise<void> {
  const owners = await tx
    .select({ id: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.orgId, org), eq(memberships.role, 'organization_owner')))
    .for('update');
  const isOwner = owners.some(({ id }) => id === user);
  if (isOwner && owners.length === 1)
    throw new Refusal('conflict', 'this is the last owner: make another member the owner first');
}
