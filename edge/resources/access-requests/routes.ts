/** Just-in-time access: ask with a reason, be approved by rule or by somebody else, for a while. */
import { asc, eq } from 'drizzle-orm';
import { PENDING_MS } from '../../../schema/access-request.ts';
import {
  AccessRequestId,
  AccessRequestList,
  AccessRequestQuery,
  AccessRequestView,
  AskAccess,
  DecideAccess,
  DenyAccess,
  RequestableList,
} from '../../../schema/api/access-requests.ts';
import type { ResourceId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { accessRequests, resources } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { isApprovedAtOnce, mayAsk, requireDecidable } from './rules.ts';
import { approve, close, listRequests, lockRequest, viewRequest } from './store.ts';

const ASKING = { name: 'access-request', max: 20, windowS: 60 };
const at = '/v1/orgs/{org}/access-requests';
const One = OrgParam.extend({ request: AccessRequestId });
const requestable = createRoute({
  ...forMembers('organization.read'),
  method: 'get',
  path: '/v1/orgs/{org}/requestable',
  summary: 'What I may ask access to',
  request: { params: OrgParam },
  responses: answers(200, RequestableList),
});
const ask = createRoute({
  ...forMembers('organization.read'),
  method: 'post',
  path: at,
  summary: 'Ask for access to a resource, for a while',
  request: { params: OrgParam, body: json(AskAccess) },
  responses: answers(201, AccessRequestView),
});
const list = createRoute({
  ...forMembers('organization.read'),
  method: 'get',
  path: at,
  summary: "Requests for access: mine; everybody's for who decides them",
  request: { params: OrgParam, query: AccessRequestQuery },
  responses: answers(200, AccessRequestList),
});
const approveOne = createRoute({
  ...forMembers('requests.decide'),
  method: 'post',
  path: `${at}/{request}/approve`,
  summary: "Approve somebody else's request: the access begins now",
  request: { params: One, body: json(DecideAccess) },
  responses: answers(200, AccessRequestView),
});
const denyOne = createRoute({
  ...forMembers('requests.decide'),
  method: 'post',
  path: `${at}/{request}/deny`,
  summary: "Deny somebody else's request",
  request: { params: One, body: json(DenyAccess) },
  responses: answers(200, AccessRequestView),
});
const withdraw = createRoute({
  ...forMembers('organization.read'),
  method: 'delete',
  path: `${at}/{request}`,
  summary: 'Withdraw a request of mine that waits',
  request: { params: One },
  responses: answersNothing,
});

export const accessRequestRoutes = newRouter();

accessRequestRoutes.openapi(requestable, async (c) => {
  const { org } = c.req.valid('param');
  const { roles } = c.get('member');
  const rows = await c
    .get('services')
    .db.org(org, (tx) =>
      tx.select().from(resources).where(eq(resources.orgId, org)).orderBy(asc(resources.name)),
    );
  const mine = rows.flatMap(({ id, name, protocol, requestRule }) =>
    mayAsk(requestRule, roles)
      ? [{ id: id as ResourceId, name, protocol, maxSeconds: requestRule.maxSeconds }]
      : [],
  );
  return c.json({ resources: mine }, 200);
});

accessRequestRoutes.openapi(ask, async (c) => {
  const { org } = c.req.valid('param');
  const { resource, reason, seconds } = c.req.valid('json');
  const [caller, member, act] = [c.get('caller'), c.get('member'), actOf(c, org)];
  await c.get('services').limits.attempt(ASKING, caller.user);
  const view = await c.get('services').db.org(org, async (tx) => {
    const [found] = await tx.select().from(resources).where(eq(resources.id, resource));
    if (!found || !mayAsk(found.requestRule, member.roles)) throw new Refusal('not_found');
    if (caller.key) throw new Refusal('forbidden', 'a person asks: give a service account its own grant');
    const rule = found.requestRule;
    if (seconds > rule.maxSeconds)
      throw new Refusal('bad_request', `access to this is given for ${rule.maxSeconds} seconds at most`);
    const expiresAt = new Date(act.now.getTime() + PENDING_MS);
    const [row] = await tx
      .insert(accessRequests)
      .values({ orgId: org, resourceId: resource, userId: caller.user, reason, seconds, expiresAt })
      .returning();
    if (!row) throw new Error('nothing was inserted');
    await recordAct(tx, act, 'access.request', row.id, { reason });
    if (isApprovedAtOnce(rule, member.roles, act.now)) {
      await approve(tx, row, { by: null, at: act.now, note: undefined });
      const system = { ...act, actor: 'system' as const };
      await recordAct(tx, system, 'access.approve', row.id, { reason: 'by rule', about: caller.user });
    }
    return viewRequest(tx, org, row.id);
  });
  return c.json(view, 201);
});

accessRequestRoutes.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { state } = c.req.valid('query');
  const decides = c.get('member').permissions.has('requests.decide');
  const wanted = { state, ...(decides ? {} : { by: c.get('caller').user }) };
  const requests = await c.get('services').db.org(org, (tx) => listRequests(tx, org, wanted));
  return c.json({ requests }, 200);
});

accessRequestRoutes.openapi(approveOne, async (c) => {
  const { org, request } = c.req.valid('param');
  const { note } = c.req.valid('json');
  const act = actOf(c, org);
  const view = await c.get('services').db.org(org, async (tx) => {
    const row = await lockRequest(tx, org, request);
    requireDecidable(row, c.get('caller').user, act.now);
    await approve(tx, row, { by: c.get('caller').user, at: act.now, note });
    const more = { about: row.userId, ...(note === undefined ? {} : { reason: note }) };
    await recordAct(tx, act, 'access.approve', request, more);
    return viewRequest(tx, org, request);
  });
  return c.json(view, 200);
});

accessRequestRoutes.openapi(denyOne, async (c) => {
  const { org, request } = c.req.valid('param');
  const { note } = c.req.valid('json');
  const act = actOf(c, org);
  const view = await c.get('services').db.org(org, async (tx) => {
    const row = await lockRequest(tx, org, request);
    requireDecidable(row, c.get('caller').user, act.now);
    await close(tx, request, { state: 'denied', by: c.get('caller').user, at: act.now, note });
    await recordAct(tx, act, 'access.deny', request, { about: row.userId, reason: note });
    return viewRequest(tx, org, request);
  });
  return c.json(view, 200);
});

accessRequestRoutes.openapi(withdraw, async (c) => {
  const { org, request } = c.req.valid('param');
  const act = actOf(c, org);
  const { user } = c.get('caller');
  await c.get('services').db.org(org, async (tx) => {
    const row = await lockRequest(tx, org, request);
    if (row.userId !== user) throw new Refusal('not_found');
    if (row.state !== 'pending') throw new Refusal('conflict', `this request is ${row.state} already`);
    await close(tx, request, { state: 'withdrawn', by: user, at: act.now, note: undefined });
    await recordAct(tx, act, 'access.withdraw', request);
  });
  return c.body(null, 204);
});
