/** The audit trails: an organization's and the platform's. Search, export, the keys that sign checkpoints, how long to keep. */
import type { Context } from 'hono';
import { z } from 'zod';
import { AuditExportQuery, AuditKeys, AuditList, AuditQuery, Retention } from '../../../schema/api/audit.ts';
import { PLATFORM_CHAIN } from '../../../schema/audit.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { forMembers, forPersons, forPlatform } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import type { Tx } from '../../db.ts';
import { loadKeySet } from '../../keys/signing.ts';
import { answers, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import type { AppBindings } from '../../services.ts';
import { exportText, type Read } from './export.ts';
import { auditPage, headOf, setRetention } from './store.ts';

const EXPORTS = { name: 'audit-export', max: 20, windowS: 60 };
const exported = {
  200: {
    description: 'Lines, oldest first',
    content: {
      'application/jsonl': { schema: z.string().meta({ examples: ['{"type":"end","entries":0}\n'] }) },
      'text/csv': {
        schema: z.string().meta({
          examples: [
            'seq,at,actor,action,subject,reason,generation,requestId,address,userAgent,region,detail,prev,hash\r\n',
          ],
        }),
      },
    },
  },
};

const list = createRoute({
  ...forMembers('audit.read'),
  method: 'get',
  path: '/v1/orgs/{org}/audit',
  summary: "Search an organization's audit trail, newest first",
  request: { params: OrgParam, query: AuditQuery },
  responses: answers(200, AuditList),
});
const exportAll = createRoute({
  ...forMembers('audit.read'),
  method: 'get',
  path: '/v1/orgs/{org}/audit/export',
  summary: "Export an organization's audit trail",
  request: { params: OrgParam, query: AuditExportQuery },
  responses: exported,
});
const retention = createRoute({
  ...forMembers('audit.read'),
  method: 'get',
  path: '/v1/orgs/{org}/audit/retention',
  summary: 'How long the audit trail is kept',
  request: { params: OrgParam },
  responses: answers(200, Retention),
});
const changeRetention = createRoute({
  ...forMembers('security.manage'),
  method: 'put',
  path: '/v1/orgs/{org}/audit/retention',
  summary: 'Change how long the audit trail is kept',
  request: { params: OrgParam, body: json(Retention) },
  responses: answers(200, Retention),
});
const keys = createRoute({
  ...forPersons,
  method: 'get',
  path: '/v1/audit/keys',
  summary: 'The keys that sign checkpoints of the audit trails',
  responses: answers(200, AuditKeys),
});
const platformList = createRoute({
  ...forPlatform('platform-audit.read'),
  method: 'get',
  path: '/v1/platform/audit',
  summary: "Search the platform's audit trail, newest first",
  request: { query: AuditQuery },
  responses: answers(200, AuditList),
});
const platformExport = createRoute({
  ...forPlatform('platform-audit.read'),
  method: 'get',
  path: '/v1/platform/audit/export',
  summary: "Export the platform's audit trail",
  request: { query: AuditExportQuery },
  responses: exported,
});
const platformRetention = createRoute({
  ...forPlatform('platform-audit.read'),
  method: 'get',
  path: '/v1/platform/audit/retention',
  summary: "How long the platform's audit trail is kept",
  responses: answers(200, Retention),
});
const changePlatformRetention = createRoute({
  ...forPlatform('platform-audit.manage'),
  method: 'put',
  path: '/v1/platform/audit/retention',
  summary: "Change how long the platform's audit trail is kept",
  request: { body: json(Retention) },
  responses: answers(200, Retention),
});

export const audit = newRouter();

audit.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  return c.json(await page(org, c.req.valid('query'), (work) => c.get('services').db.org(org, work)), 200);
});

audit.openapi(platformList, async (c) =>
  c.json(await page(PLATFORM_CHAIN, c.req.valid('query'), c.get('services').db.platform), 200),
);

audit.openapi(exportAll, async (c) => {
  const { org } = c.req.valid('param');
  return download(c, org, org, c.req.valid('query'));
});

audit.openapi(platformExport, (c) => download(c, PLATFORM_CHAIN, null, c.req.valid('query')));

audit.openapi(retention, async (c) => {
  const { org } = c.req.valid('param');
  const { days } = await c.get('services').db.org(org, (tx) => headOf(tx, org));
  return c.json({ days }, 200);
});

audit.openapi(changeRetention, async (c) => {
  const { org } = c.req.valid('param');
  const { days } = c.req.valid('json');
  await c.get('services').db.org(org, (tx) => keepFor(tx, c, org, days));
  return c.json({ days }, 200);
});

audit.openapi(platformRetention, async (c) => {
  const { days } = await c.get('services').db.platform((tx) => headOf(tx, PLATFORM_CHAIN));
  return c.json({ days }, 200);
});

audit.openapi(changePlatformRetention, async (c) => {
  const { days } = c.req.valid('json');
  await c.get('services').db.platform((tx) => keepFor(tx, c, null, days));
  return c.json({ days }, 200);
});

audit.openapi(keys, async (c) =>
  c.json(await c.get('services').db.platform((tx) => loadKeySet(tx, 'audit', null)), 200),
);

/** @param org null for the platform's own trail; @param days null for ever */
async function keepFor(
  tx: Tx,
  c: Context<AppBindings>,
  org: OrgId | null,
  days: number | null,
): Promise<void> {
  const chain = org ?? PLATFORM_CHAIN;
  const { days: before } = await headOf(tx, chain);
  await setRetention(tx, chain, days);
  await record(tx, {
    org,
    actor: actorOf(c.get('caller')),
    action: 'audit.retention',
    detail: { before, days },
    requestId: c.get('requestId'),
  });
}

async function page(chain: string, { before, limit, ...filter }: z.infer<typeof AuditQuery>, read: Read) {
  const entries = await read((tx: Tx) => auditPage(tx, chain, filter, { before, limit }));
  const next = entries.length === limit ? (entries.at(-1)?.seq ?? null) : null;
  return { entries, next };
}

/** Who takes the whole trail is in it. */
async function download(
  c: Context<AppBindings>,
  chain: string,
  org: OrgId | null,
  query: z.infer<typeof AuditExportQuery>,
): Promise<Response> {
  const { db, limits, log } = c.get('services');
  const { user } = c.get('caller');
  const requestId = c.get('requestId');
  await limits.attempt(EXPORTS, user);
  const read: Read = (work) => (org === null ? db.platform(work) : db.org(org, work));
  await read((tx) =>
    record(tx, {
      org,
      actor: actorOf(c.get('caller')),
      action: 'audit.export',
      detail: { format: query.format },
      requestId,
    }),
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  const lines = exportText(chain, query, read);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await lines.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        controller.close();
      } catch (error) {
        log.error({ requestId, err: error }, 'an export failed');
        controller.error(error);
      }
      resolve();
    },
    cancel: async () => {
      await lines.return(undefined);
      resolve();
    },
  });
  c.set('streaming', promise);
  const type = query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl';
  return c.body(body, 200, {
    'content-type': type,
    'content-disposition': `attachment; filename="audit-${chain}.${query.format}"`,
  });
}
