/** Where a sign-in by an organization's provider becomes what every sign-in becomes. The one place that knows how. */
import type { SignedIn } from '../../schema/api/auth.ts';
import type { UserId } from '../../schema/ids.ts';
import type { Tx } from '../db.ts';
import { completeSignIn } from '../resources/auth/routes.ts';
import { issueRefreshToken } from '../resources/auth/store.ts';
import type { Services } from '../services.ts';

export { clientAddress, hand } from '../resources/auth/routes.ts';

export async function finish(tx: Tx, services: Services, user: UserId): Promise<SignedIn> {
  return completeSignIn(tx, services, user, await issueRefreshToken(tx, user, services.now()));
}
