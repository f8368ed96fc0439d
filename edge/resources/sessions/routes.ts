/** Sessions of an organization: open, attach again, list, end. */
import { and, desc, eq, notInArray, sql } from 'drizzle-orm';
import {
  AttachSession,
  OpenSession,
  SessionList,
  SessionTicket,
  type SessionView,
} from '../../../schema/api/sessions.ts';
import { SessionId } from '../../../schema/ids.ts';
import { resources, sessions as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import { attachSession, openSession, ownSession } from '../../flows/open-session.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';

const OPENINGS = { name: 'session-open', max: 120, windowS: 60 };
const LISTED = 200;
const OVER = ['terminated', 'failed'] as const;

const OneSession = OrgParam.extend({ session: SessionId });
const list = createRoute({
  ...forMembers('resources.use'),
  method: 'get',
  path: '/v1/orgs/{org}/sessions',
  summary: 'My sessions that live',
  request: { params: OrgParam },
  responses: answers(200, SessionList),
});
const open = createRoute({
  ...forMembers('resources.use'),
  method: 'post',
  path: '/v1/orgs/{org}/sessions',
  summary: 'Open a session: a ticket to attach with',
  request: { params: OrgParam, body: json(OpenSession) },
  responses: answers(201, SessionTicket),
});
const attach = createRoute({
  ...forMembers('resources.use'),
  method: 'post',
  path: '/v1/orgs/{org}/sessions/{session}/attachments',
  summary: 'Attach again to a session that lives',
  request: { params: OneSession, body: json(AttachSession) },
  responses: answers(201, SessionTicket),
});
const end = createRoute({
  ...forMembers('resources.use'),
  method: 'delete',
  path: '/v1/orgs/{org}/sessions/{session}',
  summary: 'End a session',
  request: { params: OneSession },
  responses: answersNothing,
});

export const sessions = newRouter();

sessions.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db } = c.get('services');
  const caller = c.get('caller');
  const rows = await db.org(org, (tx) =>
    tx
      .select({ session: table, name: resources.name, protocol: resources.protocol })
      .from(table)
      .innerJoin(resources, eq(resources.id, table.resourceId))
      .where(and(eq(table.userId, caller.user), notInArray(table.state, [...OVER])))
      .orderBy(desc(table.createdAt))
      .limit(LISTED),
  );
  const views = rows.map(({ session, name, protocol }) => ({
    id: session.id,
    resource: session.resourceId,
    resourceName: name,
    protocol,
    state: session.state,
    createdAt: session.createdAt.toISOString(),
  })) as SessionView[];
  return c.json({ sessions: views }, 200);
});

sessions.openapi(open, async (c) => {
  const { org } = c.req.valid('param');
  const { resource, key } = c.req.valid('json');
  const services = c.get('services');
  const caller = c.get('caller');
  await services.limits.attempt(OPENINGS, caller.user, { org });
  return c.json(
    await openSession(
      services,
      { org, caller, member: c.get('member'), key, requestId: c.get('requestId') },
      resource,
    ),
    201,
  );
});

sessions.openapi(attach, async (c) => {
  const { org, session } = c.req.valid('param');
  const { key } = c.req.valid('json');
  const services = c.get('services');
  const caller = c.get('caller');
  await services.limits.attempt(OPENINGS, caller.user, { org });
  return c.json(
    await attachSession(
      services,
      { org, caller, member: c.get('member'), key, requestId: c.get('requestId') },
      session,
    ),
    201,
  );
});

sessions.openapi(end, async (c) => {
  const { org, session } = c.req.valid('param');
  const { db } = c.get('services');
  const caller = c.get('caller');
  await db.org(org, async (tx) => {
    const row = await ownSession(tx, caller, session);
    // The node learns of it with its next heartbeat; the generation makes its own later reports stale.
    await tx
      .update(table)
      .set({
        state: 'terminated',
        generation: sql`${table.generation} + 1`,
        reason: 'ended by its owner',
        changedAt: new Date(),
      })
      .where(and(eq(table.id, session), notInArray(table.state, [...OVER])));
    const generation = row.generation + 1;
    await record(tx, {
      org,
      actor: actorOf(caller),
      action: 'session.end',
      subject: session,
      generation,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});
