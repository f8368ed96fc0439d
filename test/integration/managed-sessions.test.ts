/** Everybody's sessions, as those who look after an organization see and end them: against a real PostgreSQL. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, clientKey } from './control-api.ts';
import { Calls } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let calls: Calls;
let operator: string;

beforeAll(async () => {
  world = await makeWorld(['organization_operator']);
  calls = new Calls(world);
  operator = world.a.tokens.organization_operator;
});
afterAll(() => world[Symbol.asyncDispose]());

const list = (query = '', token = operator): Promise<Answer> =>
  calls.call('GET', `/all-sessions${query}`, token);
const idsOf = ({ body }: Answer): string[] => body.sessions.map(({ id }: { id: string }) => id);
const openAs = async (token: string): Promise<string> =>
  (await calls.open(token, String(world.a.ids['resource']))).body.session;

test('are seen with whose they are, and never with where in the fabric they run', async () => {
  const { ids } = world.a;
  const answer = await list();
  expect(answer.status).toBe(200);
  const first = answer.body.sessions.find(({ id }: { id: string }) => id === ids['session']);
  expect(first).toEqual({
    id: ids['session'],
    resource: ids['resource'],
    resourceName: 'shell',
    protocol: 'ssh',
    holder: {
      type: 'user',
      id: ids['user'],
      name: 'organization_user',
      email: 'organization_user@org-a.test',
    },
    state: 'active',
    createdAt: expect.any(String),
    changedAt: expect.any(String),
    reason: 'started',
  });
  expect(idsOf(answer)).not.toContain(world.b.ids['session']);
  expect((await list('', world.a.tokens.organization_user)).body.code).toBe('forbidden');
});

test('come page by page, newest first, none twice and none left out', async () => {
  const opened = [await openAs(calls.owner), await openAs(calls.owner), await openAs(calls.owner)];
  const all = idsOf(await list());
  expect(all.slice(0, 3)).toEqual(opened.reverse());
  const paged: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page: Answer = await list(`?limit=2${next === '' ? '' : `&before=${next}`}`);
    expect(page.body.sessions.length).toBeLessThanOrEqual(2);
    paged.push(...idsOf(page));
    next = page.body.next;
  }
  expect(paged).toEqual(all);
  expect((await list(`?before=${world.b.ids['session']}`)).status).toBe(404);
});

test('are found by person, resource and state', async () => {
  const { ids } = world.a;
  const mine = await openAs(calls.owner);
  expect(idsOf(await list(`?holder=${ids['user']}`))).not.toContain(mine);
  expect(idsOf(await list(`?holder=${ids['user']}`))).toContain(ids['session']);
  expect(idsOf(await list(`?resource=${crypto.randomUUID()}`))).toEqual([]);
  expect(idsOf(await list('?state=requested'))).toContain(mine);
  await calls.call('DELETE', `/sessions/${mine}`, calls.owner);
  expect(idsOf(await list('?state=live'))).not.toContain(mine);
  const over = await list('?state=over');
  expect(over.body.sessions.find(({ id }: { id: string }) => id === mine)).toMatchObject({
    state: 'terminated',
    reason: 'ended by its owner',
  });
});

test('are ended with a reason, which the trail keeps and the node is told; told twice, done once', async () => {
  const { api, a, service } = world;
  const session = await openAs(a.tokens.organization_user);
  const end = (body: object, token = operator) =>
    calls.call('POST', `/all-sessions/${session}/end`, token, body);
  expect((await end({ reason: ' ' })).status).toBe(400);
  expect((await end({ reason: 'x' }, a.tokens.organization_user)).body.code).toBe('forbidden');
  const held = { endpoints: [], sessions: [{ id: session, state: 'active', generation: 1 }] };
  expect((await end({ reason: 'left her desk' })).status).toBe(204);
  const beat = await api.call('POST', '/v1/node/heartbeat', held, await service.assertion());
  expect(beat.body.end).toContain(session);
  expect((await end({ reason: 'again' })).status).toBe(204);
  const trail = await calls.call('GET', `/audit?action=session.end&subject=${session}`, calls.owner);
  const [entry, ...others] = trail.body.entries;
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ reason: 'left her desk', generation: 2 });
  const attach = { key: await clientKey() };
  const late = await calls.call(
    'POST',
    `/sessions/${session}/attachments`,
    a.tokens.organization_user,
    attach,
  );
  expect(late.body.code).toBe('session_ended');
});

test('of somebody who is gone are still there, by their id alone', async () => {
  const { id, token } = await calls.newMember('organization_user');
  const session = await openAs(token);
  await calls.call('DELETE', `/members/${id}`, calls.owner);
  const found = (await list(`?holder=${id}`)).body.sessions;
  expect(found).toEqual([
    expect.objectContaining({
      id: session,
      state: 'terminated',
      holder: { type: 'gone', id, name: null, email: null },
    }),
  ]);
});
