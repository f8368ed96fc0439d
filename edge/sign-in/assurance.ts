/** What access to an organization asks of the sign-in itself, beside the person's permissions. */
import { and, eq } from 'drizzle-orm';
import type { SignInPolicy } from '../../schema/api/sign-in.ts';
import type { OrgId } from '../../schema/ids.ts';
import { STEP_UP } from '../../schema/permissions.ts';
import { Refusal } from '../../schema/refusal.ts';
import { deviceApprovals, signInPolicies } from '../../schema/tables/index.ts';
import { BoundedCache } from '../bounded-cache.ts';
import type { Caller, Member } from '../caller.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { describeUser } from './people.ts';
import { isOwnProof, OPEN_POLICY, type SignInFacts, unmet } from './policy.ts';

/** A policy changes rarely: each process keeps it this long; the one that changed it forgets at once. */
const REMEMBERED_MS = 10_000;
const remembered = new BoundedCache<SignInPolicy>(10_000);

export function forgetPolicy(org: OrgId): void {
  remembered.delete(org);
}

export async function loadPolicy(tx: Tx, org: OrgId): Promise<SignInPolicy> {
  const [row] = await tx.select().from(signInPolicies).where(eq(signInPolicies.orgId, org));
  if (!row) return OPEN_POLICY;
  const { passwordAllowed, passkeyAllowed, ssoOnly, secondFactor, deviceApproval } = row;
  return { passwordAllowed, passkeyAllowed, ssoOnly, secondFactor, deviceApproval };
}

export async function isApproved(tx: Tx, org: OrgId, device: string | null): Promise<boolean> {
  if (device === null) return false;
  const found = await tx
    .select({ device: deviceApprovals.deviceId })
    .from(deviceApprovals)
    .where(and(eq(deviceApprovals.orgId, org), eq(deviceApprovals.deviceId, device)));
  return found.length === 1;
}

/** @throws Refusal that says what is missing */
export async function requireSignInPolicy(
  { db, now }: Services,
  member: Member,
  caller: Caller,
): Promise<void> {
  // A key is no person and signs in nowhere; it was made by somebody who did.
  if (caller.key) return;
  const { org } = member;
  const known = remembered.get(org, now());
  const [policy, deviceApproved] =
    known && known.deviceApproval !== 'require'
      ? ([known, false] as const)
      : await db.org(org, async (tx) => {
          const asked = known ?? (await loadPolicy(tx, org));
          const waits = asked.deviceApproval === 'require';
          return [asked, waits && (await isApproved(tx, org, caller.device))] as const;
        });
  if (!known) remembered.set(org, policy, now() + REMEMBERED_MS);
  const missing = unmet(policy, factsOf(member, caller, deviceApproved));
  if (missing) throw missing;
}

/**
 * What a person signs in with opens all that is theirs. One organization's provider must not add to it where they are something elsewhere too: a passkey made that
 * way would be a proof of their own in every organization. @throws Refusal `sign_in_method_not_allowed`
 */
export async function requireOwnProof({ db }: Services, caller: Caller): Promise<void> {
  if (isOwnProof(caller)) return;
  const { platformRole, organizations } = await db.platform((tx) => describeUser(tx, caller.user));
  if (platformRole !== null || organizations.some(({ id }) => id !== caller.ssoOrg))
    throw new Refusal(
      'sign_in_method_not_allowed',
      'you belong to more than the organization whose identity provider let you in: sign in another way for this',
    );
}

/** What a policy looks at. */
export function factsOf(
  { org, role, permissions }: Member,
  { evidence, ssoOrg }: Caller,
  deviceApproved: boolean,
): SignInFacts {
  return {
    evidence,
    vouchedBy: ssoOrg === null ? 'nobody' : ssoOrg === org ? 'own' : 'other',
    isMember: role !== null,
    administers: role === null || [...permissions].some((permission) => STEP_UP.has(permission)),
    deviceApproved,
  };
}
