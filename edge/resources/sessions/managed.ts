/** The sessions of a whole organization, live and over, for those who look after them: see them, end one. */
import { EndSession, ManagedSessionList, ManagedSessionQuery } from '../../../schema/api/sessions.ts';
import { SessionId } from '../../../schema/ids.ts';
import { forMembers } from '../../access.ts';
import { actOf } from '../../act.ts';
import { endSessions } from '../../flows/end-sessions.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
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
