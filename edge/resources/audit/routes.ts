/** The audit trail of an organization, newest first. */
import { and, desc, lt } from 'drizzle-orm';
import { z } from 'zod';
import { audit as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { answers, createRoute, newRouter, OrgParam } from '../../routes.ts';

const AuditList = z.object({
  entries: z.array(
    z.object({
      id: z.int(),
      at: z.iso.datetime(),
      actor: z.string(),
      action: z.string(),
      subject: z.string().nullable(),
      reason: z.string().nullable(),
      generation: z.int().nullable(),
      requestId: z.string(),
    }),
  ),
});
const list = createRoute({
  ...forMembers('audit.read'),
  method: 'get',
  path: '/v1/orgs/{org}/audit',
  summary: 'The audit trail, newest first',
  request: {
    params: OrgParam,
    query: z.object({
      /** Entries older than this one. */
      before: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, AuditList),
});

export const audit = newRouter();

audit.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { before, limit } = c.req.valid('query');
  const { db } = c.get('services');
  const rows = await db.org(org, (tx) =>
    tx
      .select()
      .from(table)
      .where(and(lt(table.id, before)))
      .orderBy(desc(table.id))
      .limit(limit),
  );
  const entries = rows.map(({ orgId: _, at, actor, ...row }) => ({
    ...row,
    at: at.toISOString(),
    // Which node it was is the platform's to know.
    actor: actor.startsWith('node:') ? 'node' : actor,
  }));
  return c.json({ entries }, 200);
});
