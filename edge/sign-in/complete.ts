/**
 * The end of every way to sign in. `admit` decides (risk, second factor) and either asks for more or completes; `completeSignIn` issues
 * tokens to someone who has proven enough: an identity provider's callback may call it directly.
 */
import { eq } from 'drizzle-orm';
import { ACCESS_LIFETIME_S, type SignedIn } from '../../schema/api/auth.ts';
import type { SecondFactor, SignInEvidence } from '../../schema/api/sign-in.ts';
import { OrgId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { signIns } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Caller } from '../caller.ts';
import type { Tx } from '../db.ts';
import { loadSigner } from '../keys/signing.ts';
import type { Services } from '../services.ts';
import { issueAccessToken } from '../tokens/access.ts';
import { openAttempt } from './attempt.ts';
import { isKnown, rememberDevice, type ShownDevice, whoWantsToKnow } from './devices.ts';
import { issueRefreshToken, pastOf, type SignInRow } from './families.ts';
import { describeUser } from './people.ts';
import { assessRisk } from './risk.ts';
import { secondFactorsOf } from './second-factor.ts';

/** Where a sign-in comes from. */
export interface Origin {
  readonly device: ShownDevice | null;
  /** Country or region as the edge tells it; null where it does not. */
  readonly region: string | null;
  readonly agent: string;
  readonly requestId: string;
}

export interface Proven extends Origin {
  readonly user: UserId;
  /** Everything that was shown; with `mfa` when it was more than one factor. */
  readonly evidence: readonly SignInEvidence[];
  /** The organization whose identity provider vouched for them. */
  readonly ssoOrg?: OrgId;
}

export type Admission =
  | { readonly outcome: 'signed-in'; readonly signedIn: SignedIn }
  | {
      readonly outcome: 'second-factor';
      readonly secondFactor: { attempt: string; methods: SecondFactor[] };
    }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** A refusal is returned, not thrown: what was audited must stay. */
export async function admit(tx: Tx, services: Services, proven: Proven): Promise<Admission> {
  const { user, evidence, requestId } = proven;
  const now = services.now();
  const refused = async (reason: string, refusal: Refusal): Promise<Admission> => {
    const entry = { org: null, actor: `user:${user}`, action: 'sign-in.refused', reason, requestId } as const;
    await record(tx, entry);
    return { outcome: 'refused', refusal };
  };
  const { last, reusedAt } = await pastOf(tx, user);
  const risk = assessRisk({
    newDevice: !(await isKnown(tx, user, proven.device)),
    lastRegion: last?.region ?? null,
    region: proven.region,
    sinceLast: last ? now - last.at.getTime() : Number.POSITIVE_INFINITY,
    sinceReuse: reusedAt ? now - reusedAt.getTime() : Number.POSITIVE_INFINITY,
  });
  if (risk.verdict === 'refuse') return refused(risk.reasons.join(' '), new Refusal('sign_in_refused'));
  if (!evidence.includes('mfa') && !evidence.includes('sso')) {
    const methods = await secondFactorsOf(tx, user);
    if (methods.length > 0) {
      const desk = { tx, master: services.master, now };
      return {
        outcome: 'second-factor',
        secondFactor: { attempt: await openAttempt(desk, 'second-factor', proven), methods },
      };
    }
    if (risk.verdict === 'second_factor')
      return refused(risk.reasons.join(' '), new Refusal('sign_in_refused'));
  }
  return {
    outcome: 'signed-in',
    signedIn: await completeSignIn(tx, services, proven, risk.reasons.join(' ')),
  };
}

/** Issues tokens: the sign-in begins here. @param reason what was odd about it, for the audit trail */
export async function completeSignIn(
  tx: Tx,
  services: Services,
  { user, evidence, ssoOrg, device, region, agent, requestId }: Proven,
  reason = '',
): Promise<SignedIn> {
  const now = services.now();
  const at = new Date(now);
  const actor = `user:${user}` as const;
  const isNew = device !== null && !(await isKnown(tx, user, device));
  const deviceId = device ? await rememberDevice(tx, user, device, at) : null;
  if (isNew)
    for (const { org } of await whoWantsToKnow(tx, user))
      await record(tx, {
        org: OrgId.parse(org),
        actor,
        action: 'device.new',
        subject: device.name,
        requestId,
      });
  const [row] = await tx
    .insert(signIns)
    .values({
      userId: user,
      deviceId,
      agent,
      region,
      evidence: [...evidence],
      ssoOrgId: ssoOrg ?? null,
      authenticatedAt: at,
      lastSeenAt: at,
      createdAt: at,
    })
    .returning();
  if (!row) throw new Error('nothing was inserted');
  const why = [evidence.join('+'), ...(reason === '' ? [] : [reason])].join(' ');
  await record(tx, { org: null, actor, action: 'sign-in', subject: row.id, reason: why, requestId });
  return {
    ...(await grantAccess(tx, services, row)),
    refreshToken: await issueRefreshToken(tx, row.id, now),
  };
}

/** A new access token for a sign-in that lives. */
export async function grantAccess(
  tx: Tx,
  services: Services,
  row: SignInRow,
): Promise<Omit<SignedIn, 'refreshToken'>> {
  const user = await describeUser(tx, UserId.parse(row.userId));
  const caller: Caller = {
    user: user.id,
    platformRole: user.platformRole,
    signIn: row.id,
    device: row.deviceId,
    authenticatedAt: row.authenticatedAt.getTime(),
    evidence: row.evidence,
    ssoOrg: row.ssoOrgId === null ? null : OrgId.parse(row.ssoOrgId),
  };
  const signer = await loadSigner(tx, services.master, 'access', null);
  const accessToken = await issueAccessToken(caller, signer, services.now());
  return { accessToken, expiresIn: ACCESS_LIFETIME_S, user };
}

/** The person has proven themselves anew. */
export async function renewProof(
  tx: Tx,
  services: Services,
  signIn: string,
  shown: SignInEvidence,
): Promise<Omit<SignedIn, 'refreshToken'>> {
  const [row] = await tx.select().from(signIns).where(eq(signIns.id, signIn)).for('update');
  if (!row || row.endedAt) throw new Refusal('token_invalid', 'this sign-in has ended: sign in again');
  const evidence = withEvidence(row.evidence, shown);
  const authenticatedAt = new Date(services.now());
  await tx.update(signIns).set({ evidence, authenticatedAt }).where(eq(signIns.id, signIn));
  return grantAccess(tx, services, { ...row, evidence, authenticatedAt });
}

/** A passkey that checked its user is two factors by itself; a code comes only ever beside something else. */
export function withEvidence(before: readonly SignInEvidence[], shown: SignInEvidence): SignInEvidence[] {
  const all = new Set([...before, shown]);
  if (shown !== 'pwd' && shown !== 'sso') all.add('mfa');
  return [...all];
}
