/** Where a sign-in by an organization's provider becomes what every sign-in becomes. The one place that knows how. */
import type { SignedIn } from '../../schema/api/auth.ts';
import type { OrgId, UserId } from '../../schema/ids.ts';
import type { Tx } from '../db.ts';
import type { Services } from '../services.ts';
import { completeSignIn, type Origin } from '../sign-in/complete.ts';

/** The provider has decided what it wants to see of a person; a device's own key is not asked for on the way. */
export function finish(
  tx: Tx,
  services: Services,
  { user, org }: { user: UserId; org: OrgId },
  origin: Omit<Origin, 'device'>,
): Promise<SignedIn> {
  return completeSignIn(tx, services, { user, evidence: ['sso'], ssoOrg: org, device: null, ...origin });
}
