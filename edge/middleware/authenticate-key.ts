/** Which service account is calling: the bearer of an API key, on an organization's routes only. */
import { and, eq } from 'drizzle-orm';
import { DEFAULT_FEATURES } from '../../schema/api/organizations.ts';
import type { OrgId, UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { apiKeys, organizationSettings } from '../../schema/tables/index.ts';
import { claimedByApiKey } from '../../schema/tokens/api-key.ts';
import type { Caller } from '../caller.ts';
import type { Tx } from '../db.ts';
import { hashToken } from '../keys/opaque-token.ts';
import { isFrom } from '../policy/addresses.ts';
import type { Services } from '../services.ts';

/** `last used` is no nearer than this: not every request writes. */
const COARSE_MS = 5 * 60_000;

/** Looked up inside the organization, whose rows alone are seen. @throws Refusal */
export async function authenticateKey(
  { db, now }: Services,
  org: OrgId,
  key: string,
  address: string,
): Promise<Caller> {
  const claimed = claimedByApiKey(key);
  if (!claimed) throw new Refusal('token_invalid', 'this is no API key');
  // A key of another organization is a stranger here, and learns no more than one.
  if (claimed.org !== org) throw new Refusal('not_found');
  const hash = await hashToken(key);
  return db.org(org, async (tx) => {
    const [row] = await tx
      .select({ key: apiKeys, features: organizationSettings.features })
      .from(apiKeys)
      .leftJoin(organizationSettings, eq(organizationSettings.orgId, apiKeys.orgId))
      .where(and(eq(apiKeys.id, claimed.id), eq(apiKeys.hash, hash)));
    if (!row || row.key.revokedAt !== null)
      throw new Refusal('token_invalid', 'no such API key, or it was revoked');
    if (row.key.expiresAt.getTime() <= now()) throw new Refusal('token_expired', 'the API key has expired');
    if (!(row.features?.apiKeys ?? DEFAULT_FEATURES.apiKeys))
      throw new Refusal('forbidden', 'this organization does not accept API keys');
    if (!isFrom(address, row.key.sources))
      throw new Refusal('forbidden', 'this API key may not be used from this address');
    await noteUse(tx, row.key, now());
    const { accountId, permissions } = row.key;
    return {
      user: accountId as UserId,
      platformRole: null,
      key: { id: claimed.id, permissions },
      signIn: claimed.id,
      device: null,
      authenticatedAt: 0,
      evidence: [],
      ssoOrg: null,
    };
  });
}

async function noteUse(tx: Tx, key: typeof apiKeys.$inferSelect, now: number): Promise<void> {
  if (key.lastUsedAt !== null && now - key.lastUsedAt.getTime() < COARSE_MS) return;
  await tx
    .update(apiKeys)
    .set({ lastUsedAt: new Date(now) })
    .where(eq(apiKeys.id, key.id));
}
