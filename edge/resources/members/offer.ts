/** Offers somebody membership, while there is room for one more. */
import type { Invitation } from '../../../schema/api/sign-in.ts';
import type { OrgId, UserId } from '../../../schema/ids.ts';
import type { Tx } from '../../db.ts';
import { requireRoom } from '../../quotas.ts';
import type { Services } from '../../services.ts';
import { inviteAs, type Offer, revokeOf } from '../../sign-in/invitations.ts';

/** One that is open already takes the same place. @throws Refusal `quota_exceeded` */
export async function offer(
  tx: Tx,
  services: Services,
  org: OrgId,
  user: UserId,
  what: Offer,
): Promise<Invitation> {
  const now = services.now();
  await revokeOf(tx, org, user, now);
  await requireRoom(tx, org, 'members', now);
  return inviteAs(tx, services, user, org, what);
}
