/** Who is calling: a person with an access token, or a node with an assertion. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import { createMiddleware } from 'hono/factory';
import { base64url } from 'jose';
import type { ClusterId, NodeId, OrgId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { OrgRole, PlatformRole } from '../../schema/roles.ts';
import { memberships, nodes, usedAssertions } from '../../schema/tables/index.ts';
import {
  claimedNode,
  NODE_ASSERTION_LIFETIME_S,
  verifyNodeAssertion,
} from '../../schema/tokens/node-assertion.ts';
import { CLOCK_SKEW_S } from '../../schema/tokens/verify.ts';
import type { Database } from '../db.ts';
import { loadKeySet } from '../keys/signing.ts';
import type { AppBindings, Services } from '../services.ts';
import { type Caller, verifyAccessToken } from '../tokens/access.ts';

function bearer(header: string | undefined): string {
  const [scheme, token] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw new Refusal('unauthenticated');
  return token;
}

/** Public keys change rarely: each process keeps them for a minute. */
const KEYS_MS = 60_000;
const cached = new WeakMap<object, { keys: Awaited<ReturnType<typeof loadKeySet>>; until: number }>();

async function accessKeys({ db, master, now }: Services) {
  const known = cached.get(master);
  if (known && known.until > now()) return known.keys;
  const keys = await db.platform((tx) => loadKeySet(tx, 'access', null));
  cached.set(master, { keys, until: now() + KEYS_MS });
  return keys;
}

export const authenticate = createMiddleware<AppBindings>(async (c, next) => {
  const services = c.get('services');
  const token = bearer(c.req.header('authorization'));
  c.set('caller', await verifyAccessToken(token, await accessKeys(services), services.now()));
  await next();
});

export function requirePlatform(caller: Caller, ...allowed: PlatformRole[]): void {
  if (caller.platformRole === null || !allowed.includes(caller.platformRole)) throw new Refusal('forbidden');
}

/** The caller's role in the organization; a stranger learns nothing, not even that it exists. @throws Refusal `not_found` */
export async function memberRole(db: Database, org: OrgId, caller: Caller): Promise<OrgRole> {
  const [row] = await db.org(org, (tx) =>
    tx
      .select({ role: memberships.role })
      .from(memberships)
      .where(and(eq(memberships.orgId, org), eq(memberships.userId, caller.user))),
  );
  if (!row) throw new Refusal('not_found');
  return row.role;
}

/** For changes to an organization: its owner and admins, and the platform's owner while setting it up. @throws Refusal */
export async function requireOrgAdmin(db: Database, org: OrgId, caller: Caller): Promise<void> {
  if (caller.platformRole === 'platform_owner') return;
  if ((await memberRole(db, org, caller)) === 'organization_user') throw new Refusal('forbidden');
}

export interface CallingNode {
  readonly id: NodeId;
  readonly cluster: ClusterId;
}

/** Checks a node's assertion: its key, its time, and that it was not used before. @throws Refusal */
export async function authenticateNode(
  services: Services,
  authorization: string | undefined,
): Promise<CallingNode> {
  const { db, now } = services;
  const assertion = bearer(authorization);
  const claimed = claimedNode(assertion);
  const [row] = await db.platform((tx) =>
    tx
      .select({ publicKey: nodes.publicKey, cluster: nodes.cluster })
      .from(nodes)
      .where(
        and(eq(nodes.id, claimed), isNull(nodes.revokedAt), gt(nodes.certificateExpiresAt, new Date(now()))),
      ),
  );
  if (!row) throw new Refusal('token_invalid', 'no such node, or it was revoked');
  const spki = Uint8Array.from(base64url.decode(row.publicKey));
  const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'verify',
  ]);
  const { iss, jti } = await verifyNodeAssertion(assertion, key, now());
  if (!(await firstUse(services, jti))) throw new Refusal('token_replayed');
  return { id: iss, cluster: row.cluster as ClusterId };
}

async function firstUse({ db, limits, now }: Services, jti: string): Promise<boolean> {
  const seconds = NODE_ASSERTION_LIFETIME_S + 2 * CLOCK_SKEW_S;
  const marked = await limits.markOnce(`node:${jti}`, seconds);
  if (marked !== undefined) return marked;
  const expiresAt = new Date(now() + seconds * 1000);
  const inserted = await db.platform((tx) =>
    tx.insert(usedAssertions).values({ jti, expiresAt }).onConflictDoNothing().returning(),
  );
  return inserted.length === 1;
}
