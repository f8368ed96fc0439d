/** My sign-ins and devices, and what I sign in with. Changes need a proof of the last ten minutes; ending something never does. */
import { z } from 'zod';
import { ChangeVerifier, SecurityView } from '../../../schema/api/security.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { forPersons, forPersonsProvenAnew } from '../../access.ts';
import { answers, answersNothing, createRoute, json, newRouter } from '../../routes.ts';
import { retireDevices } from '../../sign-in/devices.ts';
import { endSignIns, ofPerson, ofPersonBut, onDevice, thisOf } from '../../sign-in/families.ts';
import { checkPassword, saveVerifier } from '../../sign-in/password.ts';
import { note } from './note.ts';
import { secondFactors } from './second-factors.ts';
import { viewSecurity } from './view.ts';

const One = z.object({ id: z.uuid() });
const view = createRoute({
  ...forPersons,
  method: 'get',
  path: '/v1/me/security',
  summary: 'How I sign in, and where I am signed in',
  responses: answers(200, SecurityView),
});
const changeVerifier = createRoute({
  ...forPersonsProvenAnew,
  method: 'put',
  path: '/v1/me/security/password',
  summary: 'Change my password or secret key: other sign-ins end',
  request: { body: json(ChangeVerifier) },
  responses: answersNothing,
});
const endSignIn = createRoute({
  ...forPersons,
  method: 'delete',
  path: '/v1/me/sign-ins/{id}',
  summary: 'End one of my sign-ins',
  request: { params: One },
  responses: answersNothing,
});
const endAll = createRoute({
  ...forPersons,
  method: 'delete',
  path: '/v1/me/sign-ins',
  summary: 'Sign out everywhere',
  responses: answersNothing,
});
const revokeDevice = createRoute({
  ...forPersons,
  method: 'delete',
  path: '/v1/me/devices/{id}',
  summary: 'Revoke one of my devices: its sign-ins end',
  request: { params: One },
  responses: answersNothing,
});

export const security = newRouter();
security.route('/', secondFactors);

security.openapi(view, async (c) =>
  c.json(await c.get('services').db.platform((tx) => viewSecurity(tx, c.get('caller'))), 200),
);

security.openapi(changeVerifier, async (c) => {
  const services = c.get('services');
  const { user, signIn } = c.get('caller');
  const { attempt, proof, salt, verifier } = c.req.valid('json');
  const checked = await checkPassword(services, attempt, proof);
  if (checked.user !== user) throw new Refusal('bad_credentials');
  await services.db.platform(async (tx) => {
    await saveVerifier(tx, services.master, user, { salt, verifier });
    await endSignIns(tx, ofPersonBut(user, signIn), 'secrets_changed', services.now());
    await note(tx, c, 'password.change');
  });
  return c.body(null, 204);
});

security.openapi(endSignIn, async (c) => {
  const { db, now } = c.get('services');
  const { id } = c.req.valid('param');
  await db.platform(async (tx) => {
    if ((await endSignIns(tx, thisOf(c.get('caller').user, id), 'ended_by_person', now())) === 0)
      throw new Refusal('not_found');
    await note(tx, c, 'sign-in.end', id);
  });
  return c.body(null, 204);
});

security.openapi(endAll, async (c) => {
  const { db, now } = c.get('services');
  await db.platform(async (tx) => {
    await endSignIns(tx, ofPerson(c.get('caller').user), 'signed_out_everywhere', now());
    await note(tx, c, 'sign-out.everywhere');
  });
  return c.body(null, 204);
});

security.openapi(revokeDevice, async (c) => {
  const { db, now } = c.get('services');
  const { id } = c.req.valid('param');
  await db.platform(async (tx) => {
    const { user } = c.get('caller');
    if ((await retireDevices(tx, user, now(), id)) === 0) throw new Refusal('not_found');
    await endSignIns(tx, onDevice(id), 'device_revoked', now());
    await note(tx, c, 'device.revoke', id);
  });
  return c.body(null, 204);
});
