/** Accept an invitation: pick a password on one's own device, leave a verifier here; or signed in, where there is an account already. */
import { InvitationToken, Invited, Join, Joined } from '../../../schema/api/sign-in.ts';
import { forAnyone, forPersons } from '../../access.ts';
import { record } from '../../audit.ts';
import { clientAddress } from '../../client-address.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { decline, joinSignedIn, joinWithSecrets, readInvitation } from '../../sign-in/acceptance.ts';
import { JOIN_PER_ADDRESS } from '../../sign-in/hand.ts';

const look = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/invitation',
  summary: 'Whom an invitation is for',
  request: { body: json(InvitationToken) },
  responses: answers(200, Invited),
});
const accept = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/join',
  summary: 'Accept an invitation with a password and secret key',
  request: { body: json(Join) },
  responses: answersNothing,
});
const turnDown = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/auth/invitation/decline',
  summary: 'Decline an invitation to an organization',
  request: { body: json(InvitationToken) },
  responses: answersNothing,
});
const acceptSignedIn = createRoute({
  ...forPersons,
  method: 'post',
  path: '/v1/me/invitations',
  summary: 'Accept an invitation to an organization with the account that I am signed in to',
  request: { body: json(InvitationToken) },
  responses: answers(200, Joined),
});

export const join = newRouter();

join.openapi(look, async (c) => {
  const { db, limits, now } = c.get('services');
  await limits.attempt(JOIN_PER_ADDRESS, clientAddress(c));
  return c.json(await db.platform((tx) => readInvitation(tx, c.req.valid('json').token, now())), 200);
});

join.openapi(accept, async (c) => {
  const services = c.get('services');
  await services.limits.attempt(JOIN_PER_ADDRESS, clientAddress(c));
  const { token, ...enrolled } = c.req.valid('json');
  await services.db.platform(async (tx) => {
    const requestId = c.get('requestId');
    const user = await joinWithSecrets(tx, services, token, enrolled, requestId);
    await record(tx, { org: null, actor: `user:${user}`, action: 'invitation.accept', requestId });
  });
  return c.body(null, 204);
});

join.openapi(turnDown, async (c) => {
  const { db, limits, now } = c.get('services');
  await limits.attempt(JOIN_PER_ADDRESS, clientAddress(c));
  const { token } = c.req.valid('json');
  await db.platform((tx) => decline(tx, token, { now: now(), requestId: c.get('requestId') }));
  return c.body(null, 204);
});

join.openapi(acceptSignedIn, async (c) => {
  const { db, limits, now } = c.get('services');
  await limits.attempt(JOIN_PER_ADDRESS, clientAddress(c));
  const { token } = c.req.valid('json');
  const { user } = c.get('caller');
  const accepting = { now: now(), requestId: c.get('requestId') };
  const organization = await db.platform((tx) => joinSignedIn(tx, user, token, accepting));
  return c.json({ organization }, 200);
});
