/** Who may come into whose session, and as what: tickets and what the trail says of them, against a real PostgreSQL. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, clientKey } from './control-api.ts';
import { Calls } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let calls: Calls;
let user: string;
beforeAll(async () => {
  world = await makeWorld(['organization_admin', 'organization_operator']);
  calls = new Calls(world);
  user = world.a.tokens.organization_user;
});
afterAll(() => world[Symbol.asyncDispose]());

const session = () => String(world.a.ids['session']);
const resource = () => String(world.a.ids['resource']);
const ask = async (path: string, token: string, body: object = {}): Promise<Answer> =>
  calls.call('POST', path, token, { key: await clientKey(), ...body });
const setPolicy = async (sessionPolicy: object) =>
  expect((await calls.call('PATCH', `/resources/${resource()}`, calls.owner, { sessionPolicy })).status).toBe(
    200,
  );
const claims = ({ body }: Answer) => decodeJwt(body.token);
const report = async (control: object) =>
  world.api.call(
    'POST',
    `/v1/node/sessions/${session()}/state`,
    { state: 'active', generation: 1, control },
    await world.service.assertion(),
  );
const trail = async (action: string) =>
  (await calls.call('GET', `/audit?action=${action}`, calls.owner)).body.entries;

test('a ticket names the role, the name and only the channels that go with it', async () => {
  const at = `/sessions/${session()}/attachments`;
  expect(claims(await ask(at, user))).toMatchObject({ role: 'controller', name: 'organization_user' });
  expect(claims(await ask(at, user, { role: 'shared' }))).toMatchObject({ role: 'shared' });
  const watching = claims(await ask(at, user, { role: 'observer' }));
  expect(watching).toMatchObject({ role: 'observer' });
  expect(watching['channels']).toEqual({
    control: { send: true, receive: true },
    terminal: { send: false, receive: true },
  });
});

test("somebody else's session is watched only with the permission, where the policy allows, and never without a reason", async () => {
  const at = `/all-sessions/${session()}/observers`;
  const why = { reason: 'incident 7' };
  expect((await ask(at, calls.admin, why)).body.code).toBe('watching_refused');
  await setPolicy({ observe: 'permitted' });
  expect((await ask(at, calls.admin)).body.code).toBe('bad_request');
  expect((await ask(at, user, why)).body.code).toBe('forbidden');
  expect(claims(await ask(at, calls.admin, why))).toMatchObject({ role: 'observer' });
  const foreign = `/all-sessions/${world.b.ids['session']}/observers`;
  expect((await ask(foreign, calls.admin, why)).status).toBe(404);
});

test('somebody else takes over only on a resource that they may reach themselves', async () => {
  const at = `/all-sessions/${session()}/attachments`;
  const why = { reason: 'incident 7' };
  expect((await ask(at, calls.admin, why)).status).toBe(404);
  await calls.grant({ type: 'role', role: 'organization_admin' }, { resource: resource() });
  expect(claims(await ask(at, calls.admin, why))).toMatchObject({ role: 'controller' });
  expect((await ask(at, calls.admin, { ...why, role: 'shared' })).body.code).toBe('watching_refused');
});

test('who came is in the trail under their own name, with reason and number; an older word changes nothing', async () => {
  await setPolicy({ observe: 'permitted' });
  const at = `/all-sessions/${session()}/observers`;
  const { attachment } = (await ask(at, calls.admin, { reason: 'incident 9' })).body;
  const mine = (await ask(`/sessions/${session()}/attachments`, user)).body;
  expect((await report({ number: 1, attachment: mine.attachment, change: 'control' })).status).toBe(204);
  expect((await report({ number: 2, attachment, change: 'observe' })).status).toBe(204);
  expect((await report({ number: 2, attachment, change: 'observe' })).status).toBe(204);
  const seen = await trail('session.observe');
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    actor: `user:${await calls.idOf(calls.admin)}`,
    subject: session(),
    reason: 'incident 9',
    generation: 1,
  });
  expect((await trail('session.control'))[0].actor).toBe(`user:${world.a.ids['user']}`);
});

test('a resource that wants a recent proof is opened with one, and by nobody whose proof is old', async () => {
  await setPolicy({ stepUp: true });
  const body = { resource: resource() };
  const member = await calls.newMember('organization_user');
  await calls.grant({ type: 'user', user: member.id }, { resource: resource() });
  expect((await ask('/sessions', member.token, body)).status).toBe(201);
  world.api.now += 11 * 60_000;
  const refreshed = await world.api.call('POST', '/v1/auth/refresh', { refreshToken: member.refreshToken });
  expect((await ask('/sessions', refreshed.body.accessToken, body)).body.code).toBe('step_up_required');
});
