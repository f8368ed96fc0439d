/** Invitations: a way in for one person, once, for seven days. Inviting someone anew takes from them every way in they had. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Invitation } from '../../schema/api/sign-in.ts';
import { type OrgId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Enrolled } from '../../schema/sign-in/two-secret.ts';
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
import { saveVerifier } from './password.ts';

const LIFETIME_MS = 7 * 86_400_000;

/** Those before are void. */
export async function invite(
  tx: Tx,
  { env, now }: Services,
  user: UserId,
  org: OrgId | null,
): Promise<Invitation> {
  await tx
    .update(invitations)
    .set({ revokedAt: new Date(now()) })
    .where(and(eq(invitations.userId, user), isNull(invitations.usedAt), isNull(invitations.revokedAt)));
  const token = newToken('invitation');
  const expiresAt = new Date(now() + LIFETIME_MS);
  const [row] = await tx
    .insert(invitations)
    .values({ hash: await hashToken(token), userId: user, orgId: org, expiresAt })
    .returning({ id: invitations.id });
  if (!row) throw new Error('nothing was inserted');
  // After the `#`: no server, proxy or log ever sees it.
  const url = new URL(`/#/join/${token}`, env.FABRIC_PUBLIC_URL).href;
  return { id: row.id, token, url, expiresAt: expiresAt.toISOString() };
}

/** Account recovery: whatever the person signed in with is void from now on. */
export async function voidSecrets(tx: Tx, user: UserId, now: number): Promise<void> {
  for (const table of [verifiers, passkeys, authenticators, recoveryCodes])
    await tx.delete(table).where(eq(table.userId, user));
  await retireDevices(tx, user, now);
  await endSignIns(tx, ofPerson(user), 'recovered', now);
}

async function findOpen(tx: Tx, token: string, now: number) {
  const [row] = await tx
    .select({
      id: invitations.id,
      user: invitations.userId,
      email: users.email,
      name: users.name,
      organization: organizations.name,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.userId))
    .leftJoin(organizations, eq(organizations.id, invitations.orgId))
    .where(
      and(
        eq(invitations.hash, await hashToken(token)),
        isNull(invitations.usedAt),
        isNull(invitations.revokedAt),
        gt(invitations.expiresAt, new Date(now)),
      ),
    )
    .for('update', { of: invitations });
  if (!row)
    throw new Refusal('token_invalid', 'this invitation was used, revoked or has expired: ask for a new one');
  return row;
}

/** @throws Refusal `token_invalid` */
export async function readInvitation(tx: Tx, token: string, now: number) {
  const { email, name, organization, expiresAt } = await findOpen(tx, token, now);
  return { email, name, organization, expiresAt: expiresAt.toISOString() };
}

/** Uses it up. @throws Refusal `token_invalid` */
export async function acceptInvitation(
  tx: Tx,
  { master, now }: Services,
  token: string,
  enrolled: Enrolled,
): Promise<UserId> {
  const found = await findOpen(tx, token, now());
  const user = UserId.parse(found.user);
  await saveVerifier(tx, master, user, enrolled);
  await tx
    .update(invitations)
    .set({ usedAt: new Date(now()) })
    .where(eq(invitations.id, found.id));
  return user;
}
