/** Whether a sign-in is good enough for what is asked: how long ago, by which methods, in which organization. Pure. */
import type { SignInEvidence, SignInPolicy } from '../../schema/api/sign-in.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { OrgRole } from '../../schema/roles.ts';

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
  /** Null for the platform's owner, who belongs to no organization. */
  readonly role: OrgRole | null;
  readonly deviceApproved: boolean;
}

const ADMINS: readonly (OrgRole | null)[] = ['organization_owner', 'organization_admin', null];

/** What an organization finds missing. The platform's owner is no member: an identity provider of the organization's does not know them. */
export function unmet(
  policy: SignInPolicy,
  { evidence, role, deviceApproved }: SignInFacts,
): Refusal | undefined {
  const showed = (one: SignInEvidence) => evidence.includes(one);
  const refused = (text: string) => new Refusal('sign_in_method_not_allowed', text);
  if (policy.ssoOnly && role !== null && !showed('sso'))
    return refused('this organization wants you to sign in through its own identity provider');
  const isLocal = !showed('sso') && role !== null;
  if (isLocal && !policy.passwordAllowed && showed('pwd'))
    return refused('this organization does not accept passwords: sign in with a passkey');
  if (isLocal && !policy.passkeyAllowed && !showed('pwd') && showed('hwk'))
    return refused('this organization does not accept passkeys: sign in with your password');
  const needsSecond =
    policy.secondFactor === 'everyone' || (policy.secondFactor === 'admins' && ADMINS.includes(role));
  if (needsSecond && !showed('mfa'))
    return new Refusal(
      'second_factor_required',
      'this organization wants a second factor: add one under Security, then sign in again',
    );
  if (policy.deviceApproval === 'require' && role !== null && !deviceApproved)
    return new Refusal('device_not_approved');
  return undefined;
}

/** @throws Refusal `step_up_required` */
export function requireRecent(authenticatedAt: number, now: number): void {
  if (now - authenticatedAt > STEP_UP_MS) throw new Refusal('step_up_required');
}
