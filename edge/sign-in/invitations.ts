/** Invitations: for one person, once, for seven days. Into an organization, or back into an account that lost every way in. */
import { and, desc, eq, gt, isNotNull, isNull, type SQL } from 'drizzle-orm';
import type { Invitation } from '../../schema/api/sign-in.ts';
import { type OrgId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { RoleName } from '../../schema/roles.ts';
import {
  authenticators,
  invitations,
  organizations,
  passkeys,
  recoveryCodes,
  users,
  verifiers,
} from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { hashToken, newToken } from '../keys/opaque-token.ts';
import type { Services } from '../services.ts';
import { retireDevices } from './devices.ts';
import { endSignIns, ofPerson } from './families.ts';

const LIFETIME_MS = 7 * 86_400_000;

/** What accepting makes somebody in the organization, and what they are called by whoever invites them. */
export interface Offer {
  readonly role: RoleName;
  readonly name: string;
}

const unused = () => and(isNull(invitations.usedAt), isNull(invitations.revokedAt));

async function revoke(tx: Tx, user: UserId, which: SQL | undefined, now: number): Promise<void> {
  await tx
    .update(invitations)
    .set({ revokedAt: new Date(now) })
    .where(and(eq(invitations.userId, user), unused(), which));
}

/** Those of the organization to the person are void; others' are not its to end. */
export function revokeOf(tx: Tx, org: OrgId, user: UserId, now: number): Promise<void> {
  return revoke(tx, user, eq(invitations.orgId, org), now);
}

/** Every way back in is void, whoever gave it. */
export function revokeWaysBack(tx: Tx, user: UserId, now: number): Promise<void> {
  return revoke(tx, user, isNull(invitations.role), now);
}

/** A way in for an account that has none, or none any more. Those before are void. */
export async function invite(
  tx: Tx,
  services: Services,
  user: UserId,
  org: OrgId | null,
): Promise<Invitation> {
  await revokeWaysBack(tx, user, services.now());
  return insert(tx, services, { userId: user, orgId: org });
}

/** Into an organization. Its own invitations before are void. */
export async function inviteAs(
  tx: Tx,
  services: Services,
  user: UserId,
  org: OrgId,
  { role, name }: Offer,
): Promise<Invitation> {
  await revokeOf(tx, org, user, services.now());
  return insert(tx, services, { userId: user, orgId: org, role, name });
}

type Row = Pick<typeof invitations.$inferInsert, 'userId' | 'orgId' | 'role' | 'name'>;

async function insert(tx: Tx, { env, now }: Services, values: Row): Promise<Invitation> {
  const token = newToken('invitation');
  const expiresAt = new Date(now() + LIFETIME_MS);
  const [person] = await tx.select({ email: users.email }).from(users).where(eq(users.id, values.userId));
  const [row] = await tx
    .insert(invitations)
    .values({ ...values, email: person?.email, hash: await hashToken(token), expiresAt })
    .returning({ id: invitations.id });
  if (!row) throw new Error('nothing was inserted');
  // After the `#`: no server, proxy or log ever sees it.
  const url = new URL(`/#/join/${token}`, env.FABRIC_PUBLIC_URL).href;
  return { id: row.id, token, url, expiresAt: expiresAt.toISOString() };
}

/** What the organization offers somebody who has not accepted, also when its time is over. */
export async function offerOf(tx: Tx, org: OrgId, user: UserId): Promise<Offer | undefined> {
  const [row] = await tx
    .select({ role: invitations.role, name: invitations.name })
    .from(invitations)
    .where(
      and(eq(invitations.orgId, org), eq(invitations.userId, user), isNotNull(invitations.role), unused()),
    )
    .orderBy(desc(invitations.createdAt))
    .limit(1);
  return row && row.role !== null && row.name !== null ? { role: row.role, name: row.name } : undefined;
}

/** Whether an offer of the organization to somebody is open. */
export async function hasOffer(tx: Tx, org: OrgId, user: UserId, now: number): Promise<boolean> {
  const mine = and(eq(invitations.orgId, org), eq(invitations.userId, user), isNotNull(invitations.role));
  const open = and(unused(), gt(invitations.expiresAt, new Date(now)));
  return (await tx.select({ id: invitations.id }).from(invitations).where(and(mine, open))).length > 0;
}

/** Account recovery: whatever the person signed in with is void from now on. */
export async function voidSecrets(tx: Tx, user: UserId, now: number): Promise<void> {
  for (const table of [verifiers, passkeys, authenticators, recoveryCodes])
    await tx.delete(table).where(eq(table.userId, user));
  await retireDevices(tx, user, now);
  await endSignIns(tx, ofPerson(user), 'recovered', now);
}

/** Nobody else uses it until the transaction ends. @throws Refusal `token_invalid` */
export async function findOpen(tx: Tx, token: string, now: number) {
  const [row] = await tx
    .select({
      id: invitations.id,
      user: invitations.userId,
      org: invitations.orgId,
      role: invitations.role,
      offeredName: invitations.name,
      email: users.email,
      name: users.name,
      organization: organizations.name,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.userId))
    .leftJoin(organizations, eq(organizations.id, invitations.orgId))
    .where(
      and(eq(invitations.hash, await hashToken(token)), unused(), gt(invitations.expiresAt, new Date(now))),
    )
    .for('update', { of: invitations });
  if (!row)
    throw new Refusal('token_invalid', 'this invitation was used, revoked or has expired: ask for a new one');
  return { ...row, user: UserId.parse(row.user), org: row.org as OrgId | null };
}
export type Open = Awaited<ReturnType<typeof findOpen>>;
