/** The bootstrap tokens of a cluster, as they stand. Making and revoking them is in `resources/platform`. */
import { desc, eq } from 'drizzle-orm';
import { BootstrapTokenList } from '../../../schema/api/clusters.ts';
import { bootstrapTokens } from '../../../schema/tables/index.ts';
import { forPlatform } from '../../access.ts';
import { answers, createRoute, newRouter } from '../../routes.ts';
import { OneCluster } from './policy.ts';

/** The newest; a job takes away what has been over for a month. */
const MOST = 500;

const list = createRoute({
  ...forPlatform('nodes.read'),
  method: 'get',
  path: '/v1/platform/clusters/{cluster}/bootstrap-tokens',
  summary: 'The bootstrap tokens of a cluster, newest first',
  request: { params: OneCluster },
  responses: answers(200, BootstrapTokenList),
});

export const bootstrapTokenList = newRouter();

bootstrapTokenList.openapi(list, async (c) => {
  const { db, now } = c.get('services');
  const { cluster } = c.req.valid('param');
  const rows = await db.platform((tx) =>
    tx
      .select()
      .from(bootstrapTokens)
      .where(eq(bootstrapTokens.cluster, cluster))
      .orderBy(desc(bootstrapTokens.createdAt))
      .limit(MOST),
  );
  const tokens = rows.map(({ id, roles, egressPools, approval, uses, usesLeft, createdBy, ...row }) => ({
    id,
    roles,
    egressPools,
    approval,
    uses: Math.max(uses, usesLeft),
    usesLeft,
    state: stateOf({ usesLeft, ...row }, now()),
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }));
  return c.json(BootstrapTokenList.parse({ tokens }), 200);
});

function stateOf(
  { revokedAt, expiresAt, usesLeft }: { revokedAt: Date | null; expiresAt: Date; usesLeft: number },
  now: number,
) {
  if (revokedAt) return 'revoked';
  if (expiresAt.getTime() <= now) return 'expired';
  return usesLeft === 0 ? 'used-up' : 'usable';
}
