/** Members of an organization as rows. */
import { and, eq, isNull, notInArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { MemberView } from '../../../schema/api/platform.ts';
import type { OrgId, UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { RoleName } from '../../../schema/roles.ts';
import { grants, groupMembers, memberships, refreshTokens, users } from '../../../schema/tables/index.ts';
import { isDuplicate, type Tx } from '../../db.ts';

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
 * The account that this address is to belong by: a new one, or one that was left without any organization. Somebody else's people are not
 * taken over. Under the platform's role, which alone sees accounts. @throws Refusal `conflict`
 */
export async function accountFor(
  tx: Tx,
  email: string,
  name: string,
  passwordHash: string,
): Promise<{ id: UserId; name: string }> {
  const address = email.toLowerCase();
  const [left] = await tx
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(
      and(
        eq(users.email, address),
        isNull(users.platformRole),
        notInArray(users.id, tx.select({ id: memberships.userId }).from(memberships)),
      ),
    );
  if (left) return { id: left.id as UserId, name: left.name };
  try {
    const [made] = await tx
      .insert(users)
      .values({ email: address, name, passwordHash })
      .returning({ id: users.id });
    if (!made) throw new Error('nothing was inserted');
    return { id: made.id as UserId, name };
  } catch (error) {
    throw isDuplicate(error) ? new Refusal('conflict', 'this e-mail address is taken') : error;
  }
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
export async function signOutIfNowhere(tx: Tx, user: UserId): Promise<void> {
  await tx.execute(sql`
    delete from ${refreshTokens} where user_id = ${user}
    and not exists (select 1 from ${memberships} where user_id = ${user})
    and exists (select 1 from ${users} where id = ${user} and platform_role is null)`);
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
