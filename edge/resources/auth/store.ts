/** Sign-in rows: users by e-mail, and the families of refresh tokens. */
import { and, eq } from 'drizzle-orm';
import type { Me } from '../../../schema/api/auth.ts';
import type { UserId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { memberships, organizations, refreshTokens, users } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';
import { hashToken, newToken } from '../../keys/opaque-token.ts';

const REFRESH_LIFETIME_MS = 30 * 86_400_000;

export async function findByEmail(tx: Tx, email: string) {
  const [user] = await tx.select().from(users).where(eq(users.email, email.toLowerCase()));
  return user;
}

export async function describeUser(tx: Tx, user: UserId): Promise<Me> {
  const [row] = await tx.select().from(users).where(eq(users.id, user));
  if (!row) throw new Refusal('unauthenticated');
  const organizationRows = await tx
    .select({ id: organizations.id, name: organizations.name, role: memberships.role })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.id, memberships.orgId))
    .where(eq(memberships.userId, user));
  const { id, email, name, platformRole } = row;
  return { id, email, name, platformRole, organizations: organizationRows } as Me;
}

/** A new token, in a family of its own or in the one it continues. */
export async function issueRefreshToken(
  tx: Tx,
  user: UserId,
  now: number,
  family: string = crypto.randomUUID(),
): Promise<string> {
  const token = newToken('refresh');
  const expiresAt = new Date(now + REFRESH_LIFETIME_MS);
  await tx.insert(refreshTokens).values({ hash: await hashToken(token), family, userId: user, expiresAt });
  return token;
}

export type Rotation =
  | { readonly outcome: 'rotated'; readonly user: UserId; readonly token: string }
  | { readonly outcome: 'refused' };

/** Exchanges a refresh token for the next one. One that was exchanged before was stolen by someone: its whole family ends. */
export async function rotateRefreshToken(tx: Tx, token: string, now: number): Promise<Rotation> {
  const [row] = await tx
    .select()
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, await hashToken(token)))
    .for('update');
  if (!row || row.expiresAt.getTime() <= now) return { outcome: 'refused' };
  if (row.rotated) {
    await tx.delete(refreshTokens).where(eq(refreshTokens.family, row.family));
    return { outcome: 'refused' };
  }
  await tx.update(refreshTokens).set({ rotated: true }).where(eq(refreshTokens.hash, row.hash));
  const user = row.userId as UserId;
  return { outcome: 'rotated', user, token: await issueRefreshToken(tx, user, now, row.family) };
}

export async function endFamily(tx: Tx, token: string): Promise<void> {
  const [row] = await tx
    .select({ family: refreshTokens.family })
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, await hashToken(token)));
  if (row) await tx.delete(refreshTokens).where(and(eq(refreshTokens.family, row.family)));
}
