/** Accept an invitation: pick a password on one's own device, leave a verifier here. */
import { InvitationToken, Invited, Join } from '../../../schema/api/sign-in.ts';
import { forAnyone } from '../../access.ts';
import { record } from '../../audit.ts';
import { clientAddress } from '../../client-address.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { JOIN_PER_ADDRESS } from '../../sign-in/hand.ts';
import { acceptInvitation, readInvitation } from '../../sign-in/invitations.ts';

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
    const user = await acceptInvitation(tx, services, token, enrolled);
    const requestId = c.get('requestId');
    await record(tx, { org: null, actor: `user:${user}`, action: 'invitation.accept', requestId });
  });
  return c.body(null, 204);
});
