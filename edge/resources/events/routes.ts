/** Live events as server-sent events: an organization's, and the platform's. `Last-Event-ID` goes on from there. */
import type { Context } from 'hono';
import { z } from 'zod';
import { PLATFORM_CHAIN } from '../../../schema/audit.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { callingMember, forMembers, forPlatform } from '../../access.ts';
import type { Member } from '../../caller.ts';
import { OpenStreams } from '../../events/open-streams.ts';
import { type Reader, ReaderGone, type Sink, streamEvents } from '../../events/stream.ts';
import { callerOf } from '../../middleware/authenticate.ts';
import { membership, requireOrgPermission, requirePlatformPermission } from '../../middleware/authorize.ts';
import { createRoute, newRouter, OrgParam } from '../../routes.ts';
import type { AppBindings } from '../../services.ts';
import { requireSignInPolicy } from '../../sign-in/assurance.ts';

const OPENINGS = { name: 'events-open', max: 60, windowS: 60 };
const streams = new OpenStreams();

const responses = {
  200: {
    description: 'A stream that does not end by itself',
    content: { 'text/event-stream': { schema: z.string().meta({ examples: [': alive\n\n'] }) } },
  },
};
const headers = z.object({ 'last-event-id': z.coerce.number().int().nonnegative().optional() });
const ofOrganization = createRoute({
  ...forMembers('events.read'),
  method: 'get',
  path: '/v1/orgs/{org}/events',
  summary: 'What happens in an organization, as it happens',
  request: { params: OrgParam, headers },
  responses,
});
const ofPlatform = createRoute({
  ...forPlatform('platform-audit.read'),
  method: 'get',
  path: '/v1/platform/events',
  summary: 'What happens on the platform, as it happens',
  request: { headers },
  responses,
});

export const eventRoutes = newRouter();

eventRoutes.openapi(ofOrganization, async (c) => {
  const services = c.get('services');
  const { org } = c.req.valid('param');
  const { user } = c.get('caller');
  const seesAll = (member: Member) => member.permissions.has('audit.read');
  const wide = seesAll(c.get('member'));
  await services.limits.attempt(OPENINGS, user, { org });
  return answer(c, {
    chain: org,
    only: wide ? null : user,
    after: c.req.valid('header')['last-event-id'],
    read: (work) => services.db.org(org, work),
    check: async () => {
      const caller = await callingMember(c);
      const member = await membership(services, org, caller, c.get('requestId'));
      requireOrgPermission(member, 'events.read');
      await requireSignInPolicy(services, member, caller);
      if (seesAll(member) !== wide)
        throw new Refusal('forbidden', 'what you may see has changed: connect again');
    },
    signals: services.signals,
  });
});

eventRoutes.openapi(ofPlatform, async (c) => {
  const services = c.get('services');
  await services.limits.attempt(OPENINGS, c.get('caller').user);
  return answer(c, {
    chain: PLATFORM_CHAIN,
    only: null,
    after: c.req.valid('header')['last-event-id'],
    read: (work) => services.db.platform(work),
    check: async () =>
      requirePlatformPermission(
        services.db,
        await callerOf(services, c.req.header('authorization')),
        'platform-audit.read',
      ),
    signals: services.signals,
  });
});

function answer(c: Context<AppBindings>, reader: Reader): Response {
  const services = c.get('services');
  const leave = streams.enter(reader.chain);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const gone = new AbortController();
  writer.closed.catch(() => gone.abort());
  const sink: Sink = {
    write: (text) =>
      writer.write(encoder.encode(text)).catch(() => {
        throw new ReaderGone();
      }),
  };
  const signal = AbortSignal.any([gone.signal, c.req.raw.signal]);
  const streaming = streamEvents(reader, sink, signal)
    .catch((error: unknown) =>
      services.log.warn({ err: error, requestId: c.get('requestId') }, 'an event stream failed'),
    )
    .finally(leave)
    .then(() => writer.close())
    .catch(() => {});
  c.set('streaming', streaming);
  return c.body(readable, 200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
}
