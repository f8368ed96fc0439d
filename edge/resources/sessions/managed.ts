/** The sessions of a whole organization, live and over, for those who look after them: see them, end one. */
import type { Context } from 'hono';
import {
  EndSession,
  JoinSession,
  ManagedSessionList,
  ManagedSessionQuery,
  SessionTicket,
  WatchSession,
} from '../../../schema/api/sessions.ts';
import { SessionId } from '../../../schema/ids.ts';
import type { ClientKey } from '../../../schema/tokens/proof.ts';
import { forMembers } from '../../access.ts';
import { actOf } from '../../act.ts';
import { endSessions } from '../../flows/end-sessions.ts';
import { joinSession, type Seat } from '../../flows/open-session.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import type { AppBindings } from '../../services.ts';
import { OPENINGS } from './limits.ts';
import { requireSession, sessionPage } from './store.ts';

const list = createRoute({
  ...forMembers('sessions.read'),
  method: 'get',
  path: '/v1/orgs/{org}/all-sessions',
  summary: "Everybody's sessions, live and over, newest first",
  request: { params: OrgParam, query: ManagedSessionQuery },
  responses: answers(200, ManagedSessionList),
});
const end = createRoute({
  ...forMembers('sessions.manage'),
  method: 'post',
  path: '/v1/orgs/{org}/all-sessions/{session}/end',
  summary: "End anybody's session; one that is over stays so",
  request: { params: OrgParam.extend({ session: SessionId }), body: json(EndSession) },
  responses: answersNothing,
});

const watch = createRoute({
  ...forMembers('sessions.observe'),
  method: 'post',
  path: '/v1/orgs/{org}/all-sessions/{session}/observers',
  summary: "Watch somebody else's session, where its policy allows; whoever is in it sees that",
  request: { params: OrgParam.extend({ session: SessionId }), body: json(WatchSession) },
  responses: answers(201, SessionTicket),
});
const join = createRoute({
  ...forMembers('sessions.control'),
  method: 'post',
  path: '/v1/orgs/{org}/all-sessions/{session}/attachments',
  summary: "Take over or share somebody else's session, on a resource that I may reach myself",
  request: { params: OrgParam.extend({ session: SessionId }), body: json(JoinSession) },
  responses: answers(201, SessionTicket),
});

export const managedSessions = newRouter();

managedSessions.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const query = c.req.valid('query');
  return c.json(await c.get('services').db.org(org, (tx) => sessionPage(tx, org, query)), 200);
});

managedSessions.openapi(end, async (c) => {
  const { org, session } = c.req.valid('param');
  const { reason } = c.req.valid('json');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    await requireSession(tx, org, session);
    await endSessions(tx, act, [session], reason);
  });
  return c.body(null, 204);
});

managedSessions.openapi(watch, async (c) => {
  const { session } = c.req.valid('param');
  const { key, reason } = c.req.valid('json');
  return c.json(await joinAs(c, session, key, { role: 'observer', reason }), 201);
});

managedSessions.openapi(join, async (c) => {
  const { session } = c.req.valid('param');
  const { key, ...seat } = c.req.valid('json');
  return c.json(await joinAs(c, session, key, seat), 201);
});

async function joinAs(c: Context<AppBindings>, session: SessionId, key: ClientKey, seat: Seat) {
  const [services, caller, member] = [c.get('services'), c.get('caller'), c.get('member')];
  await services.limits.attempt(OPENINGS, caller.user);
  const opening = { org: member.org, caller, member, key, requestId: c.get('requestId') };
  return joinSession(services, opening, session, seat);
}
