/** Sessions of an organization: open, attach again, list, end. */
import { and, desc, eq, inArray } from 'drizzle-orm';
import {
  AttachSession,
  OpenSession,
  SessionList,
  SessionTicket,
  type SessionView,
} from '../../../schema/api/sessions.ts';
import { SessionId } from '../../../schema/ids.ts';
import { LIVE_STATES } from '../../../schema/session.ts';
import { resources, sessions as table } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf } from '../../act.ts';
import { endSessions } from '../../flows/end-sessions.ts';
import { attachSession, openSession, ownSession } from '../../flows/open-session.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { OPENINGS } from './limits.ts';
import { managedSessions } from './managed.ts';

const LISTED = 200;

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
  summary: 'Attach again to a session of mine that lives: to control, share or watch it',
  request: { params: OneSession, body: json(AttachSession) },
  responses: answers(201, SessionTicket),
});
const end = createRoute({
  ...forMembers('resources.use'),
  method: 'delete',
  path: '/v1/orgs/{org}/sessions/{session}',
  summary: 'End a session of mine',
  request: { params: OneSession },
  responses: answersNothing,
});

export const sessions = newRouter();
sessions.route('/', managedSessions);

sessions.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db } = c.get('services');
  const caller = c.get('caller');
  const rows = await db.org(org, (tx) =>
    tx
      .select({ session: table, name: resources.name, protocol: resources.protocol })
      .from(table)
      .innerJoin(resources, eq(resources.id, table.resourceId))
      .where(and(eq(table.userId, caller.user), inArray(table.state, LIVE_STATES)))
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
  const { key, role, reason } = c.req.valid('json');
  const services = c.get('services');
  const caller = c.get('caller');
  await services.limits.attempt(OPENINGS, caller.user, { org });
  return c.json(
    await attachSession(
      services,
      { org, caller, member: c.get('member'), key, requestId: c.get('requestId') },
      session,
      { role, reason },
    ),
    201,
  );
});

sessions.openapi(end, async (c) => {
  const { org, session } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    await ownSession(tx, c.get('caller'), session);
    await endSessions(tx, act, [session], 'ended by its owner');
  });
  return c.body(null, 204);
});
