/**
 * A sign-in under way: sent to the provider with a state (`begin`), back with it (`take`), and handed to the program that began it as a one-time code (`issueCode`), which that
 * program exchanges with the secret it made at the start (`takeCode`). Each row is deleted as it is read: whatever comes twice finds nothing.
 */
import { eq, lt } from 'drizzle-orm';
import { base64url } from 'jose';
import { z } from 'zod';
import { IdentityProviderId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { ssoAttempts, ssoCodes } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from '../keys/envelope.ts';
import { hashToken } from '../keys/opaque-token.ts';

const ATTEMPT_MS = 10 * 60_000;
const CODE_MS = 60_000;

/** What the provider's answer must fit. */
export const Expected = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('oidc'), verifier: z.string(), nonce: z.string() }),
  z.object({ kind: z.literal('saml'), requestId: z.string(), requestedAt: z.string() }),
]);
export type Expected = z.infer<typeof Expected>;

export interface Client {
  readonly challenge: string;
  readonly returnTo: string;
}

export interface Attempt extends Client {
  readonly expected: Expected;
}

export const newSecret = () => base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
const place = (hash: string) => `sso:attempt:${hash}`;

export async function begin(
  tx: Tx,
  master: Sealer,
  now: number,
  attempt: Attempt & { state: string; provider: IdentityProviderId },
): Promise<void> {
  const { state, provider, challenge, returnTo, expected } = attempt;
  const hash = await hashToken(state);
  const sealed = await master.seal(new TextEncoder().encode(JSON.stringify(expected)), place(hash));
  await tx.delete(ssoAttempts).where(lt(ssoAttempts.expiresAt, new Date(now)));
  const expiresAt = new Date(now + ATTEMPT_MS);
  await tx.insert(ssoAttempts).values({ hash, providerId: provider, sealed, challenge, returnTo, expiresAt });
}

/** Undefined when it never was, is over, was used, or belongs to another provider. */
export async function take(
  tx: Tx,
  master: Sealer,
  now: number,
  state: string,
  provider: IdentityProviderId,
): Promise<Attempt | undefined> {
  const hash = await hashToken(state);
  const [row] = await tx.delete(ssoAttempts).where(eq(ssoAttempts.hash, hash)).returning();
  if (!row || row.providerId !== provider || row.expiresAt.getTime() <= now) return undefined;
  const opened = new TextDecoder().decode(await master.open(row.sealed, place(hash)));
  const expected = Expected.parse(JSON.parse(opened));
  return { expected, challenge: row.challenge, returnTo: row.returnTo };
}

export async function issueCode(
  tx: Tx,
  now: number,
  to: { user: UserId; provider: IdentityProviderId; challenge: string },
): Promise<string> {
  const code = newSecret();
  await tx.delete(ssoCodes).where(lt(ssoCodes.expiresAt, new Date(now)));
  await tx.insert(ssoCodes).values({
    hash: await hashToken(code),
    providerId: to.provider,
    userId: to.user,
    challenge: to.challenge,
    expiresAt: new Date(now + CODE_MS),
  });
  return code;
}

/** Call it in a transaction of its own: a code that was shown with a wrong secret is gone as well. */
export async function takeCode(
  tx: Tx,
  now: number,
  code: string,
  verifier: string,
): Promise<{ user: UserId; provider: IdentityProviderId } | undefined> {
  const hash = await hashToken(code);
  const [row] = await tx.delete(ssoCodes).where(eq(ssoCodes.hash, hash)).returning();
  if (!row || row.expiresAt.getTime() <= now || row.challenge !== (await hashToken(verifier)))
    return undefined;
  return { user: UserId.parse(row.userId), provider: IdentityProviderId.parse(row.providerId) };
}

export const attemptOver = () =>
  new Refusal('sso_refused', 'this sign-in was not begun here, is over, or was used: start again');
