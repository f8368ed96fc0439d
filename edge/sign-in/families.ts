/** Sign-ins and their refresh tokens: each token is good for one use; one that comes back was stolen by someone, and ends its sign-in. */
import { and, desc, eq, isNull, ne, type SQL } from 'drizzle-orm';
import { UserId } from '../../schema/ids.ts';
import { refreshTokens, signIns } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { hashToken, newToken } from '../keys/opaque-token.ts';
import { forgetLive } from './live.ts';

const REFRESH_LIFETIME_MS = 30 * 86_400_000;

export type SignInRow = typeof signIns.$inferSelect;
export type EndReason =
  | 'signed_out'
  | 'signed_out_everywhere'
  | 'ended_by_person'
  | 'token_reused'
  | 'device_revoked'
  | 'secrets_changed'
  | 'recovered'
  | 'belongs_nowhere'
  | 'role_removed';

export async function issueRefreshToken(tx: Tx, family: string, now: number): Promise<string> {
  const token = newToken('refresh');
  const expiresAt = new Date(now + REFRESH_LIFETIME_MS);
  await tx.insert(refreshTokens).values({ hash: await hashToken(token), family, expiresAt });
  return token;
}

export type Rotation =
  | { readonly outcome: 'rotated'; readonly signIn: SignInRow; readonly token: string }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'reused'; readonly signIn: SignInRow };

export async function rotateRefreshToken(tx: Tx, token: string, now: number): Promise<Rotation> {
  const [row] = await tx
    .select()
    .from(refreshTokens)
    .innerJoin(signIns, eq(signIns.id, refreshTokens.family))
    .where(eq(refreshTokens.hash, await hashToken(token)))
    .for('update');
  if (!row || row.sign_ins.endedAt || row.refresh_tokens.expiresAt.getTime() <= now)
    return { outcome: 'refused' };
  const signIn = row.sign_ins;
  if (row.refresh_tokens.rotated) {
    await endSignIns(tx, eq(signIns.id, signIn.id), 'token_reused', now);
    return { outcome: 'reused', signIn };
  }
  await tx
    .update(refreshTokens)
    .set({ rotated: true })
    .where(eq(refreshTokens.hash, row.refresh_tokens.hash));
  await tx
    .update(signIns)
    .set({ lastSeenAt: new Date(now) })
    .where(eq(signIns.id, signIn.id));
  return { outcome: 'rotated', signIn, token: await issueRefreshToken(tx, signIn.id, now) };
}

export const ofPerson = (user: UserId): SQL | undefined => eq(signIns.userId, user);
export const ofPersonBut = (user: UserId, kept: string): SQL | undefined =>
  and(eq(signIns.userId, user), ne(signIns.id, kept));
export const onDevice = (device: string): SQL | undefined => eq(signIns.deviceId, device);
export const thisOf = (user: UserId, signIn: string): SQL | undefined =>
  and(eq(signIns.userId, user), eq(signIns.id, signIn));

/** @returns how many ended */
export async function endSignIns(
  tx: Tx,
  which: SQL | undefined,
  because: EndReason,
  now: number,
): Promise<number> {
  const ended = await tx
    .update(signIns)
    .set({ endedAt: new Date(now), endedBecause: because })
    .where(and(which, isNull(signIns.endedAt)))
    .returning({ id: signIns.id });
  for (const { id } of ended) {
    await tx.delete(refreshTokens).where(eq(refreshTokens.family, id));
    forgetLive(id);
  }
  return ended.length;
}

/** @returns whose it was */
export async function endByToken(tx: Tx, token: string, now: number): Promise<UserId | undefined> {
  const [row] = await tx
    .select({ family: refreshTokens.family, user: signIns.userId })
    .from(refreshTokens)
    .innerJoin(signIns, eq(signIns.id, refreshTokens.family))
    .where(eq(refreshTokens.hash, await hashToken(token)));
  if (!row) return undefined;
  await endSignIns(tx, eq(signIns.id, row.family), 'signed_out', now);
  return UserId.parse(row.user);
}

/** What a new sign-in is compared with. */
export async function pastOf(tx: Tx, user: UserId) {
  const [last] = await tx
    .select({ region: signIns.region, at: signIns.lastSeenAt })
    .from(signIns)
    .where(eq(signIns.userId, user))
    .orderBy(desc(signIns.lastSeenAt))
    .limit(1);
  const [reuse] = await tx
    .select({ at: signIns.endedAt })
    .from(signIns)
    .where(and(eq(signIns.userId, user), eq(signIns.endedBecause, 'token_reused' satisfies EndReason)))
    .orderBy(desc(signIns.endedAt))
    .limit(1);
  return { last, reusedAt: reuse?.at ?? null };
}
