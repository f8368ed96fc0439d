/** Whether a sign-in is good enough for what is asked: how long ago, by which methods, in which organization. Pure. */
import type { SignInEvidence, SignInPolicy } from '../../schema/api/sign-in.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Caller } from '../caller.ts';

/** Milliseconds that a proof is good for what is high-risk. */
export const STEP_UP_MS = 10 * 60_000;

export const OPEN_POLICY: SignInPolicy = {
  passwordAllowed: true,
  passkeyAllowed: true,
  ssoOnly: false,
  secondFactor: 'nobody',
  deviceApproval: 'none',
};

export interface SignInFacts {
  readonly evidence: readonly SignInEvidence[];
  /** Whose identity provider vouched for them: the organization's own, another's, or nobody's. */
  readonly vouchedBy: 'own' | 'other' | 'nobody';
  /** Belongs to the organization; the platform's own people do not. */
  readonly isMember: boolean;
  /** May do something that asks for a step-up. */
  readonly administers: boolean;
  readonly deviceApproved: boolean;
}

/** An organization's provider speaks for that organization alone: what counts beyond it takes something that only the person has. */
export function isOwnProof({ evidence, ssoOrg }: Pick<Caller, 'evidence' | 'ssoOrg'>): boolean {
  return ssoOrg === null || evidence.includes('pwd') || evidence.includes('hwk');
}

/** What an organization finds missing. The platform's owner is no member: an identity provider of the organization's does not know them. */
export function unmet(
  policy: SignInPolicy,
  { evidence, vouchedBy, isMember, administers, deviceApproved }: SignInFacts,
): Refusal | undefined {
  const showed = (one: SignInEvidence) => evidence.includes(one);
  const refused = (text: string) => new Refusal('sign_in_method_not_allowed', text);
  const isOwnSso = vouchedBy === 'own';
  // Another organization's provider could vouch for anybody: here it is nobody's word.
  if (vouchedBy === 'other' && !showed('pwd') && !showed('hwk'))
    return refused("you came in by another organization's identity provider: sign in here another way");
  if (policy.ssoOnly && isMember && !isOwnSso)
    return refused('this organization wants you to sign in through its own identity provider');
  const isLocal = !isOwnSso && isMember;
  if (isLocal && !policy.passwordAllowed && showed('pwd'))
    return refused('this organization does not accept passwords: sign in with a passkey');
  if (isLocal && !policy.passkeyAllowed && !showed('pwd') && showed('hwk'))
    return refused('this organization does not accept passkeys: sign in with your password');
  const needsSecond = policy.secondFactor === 'everyone' || (policy.secondFactor === 'admins' && administers);
  if (needsSecond && !showed('mfa'))
    return new Refusal(
      'second_factor_required',
      'this organization wants a second factor: add one under Security, then sign in again',
    );
  if (policy.deviceApproval === 'require' && isMember && !deviceApproved)
    return new Refusal('device_not_approved');
  return undefined;
}

/** @throws Refusal `step_up_required` */
export function requireRecent(authenticatedAt: number, now: number): void {
  if (now - authenticatedAt > STEP_UP_MS) throw new Refusal('step_up_required');
}
