/** Just-in-time access against a real PostgreSQL: asked for, approved by rule or by somebody else, and over by itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Calls } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let calls: Calls;
let member: Awaited<ReturnType<Calls['newMember']>>;
beforeAll(async () => {
  world = await makeWorld(['organization_admin']);
  calls = new Calls(world);
  member = await calls.newMember('organization_auditor');
  const requestRule = { by: ['organization_auditor', 'organization_admin'], maxSeconds: 3600 };
  await calls.call('PATCH', `/resources/${resource()}`, calls.owner, { requestRule });
});
afterAll(() => world[Symbol.asyncDispose]());

const resource = () => String(world.a.ids['resource']);
const ask = (token: string, seconds = 600) =>
  calls.call('POST', '/access-requests', token, { resource: resource(), reason: 'ticket 4711', seconds });
const decide = (id: string, how: 'approve' | 'deny', token: string) =>
  calls.call('POST', `/access-requests/${id}/${how}`, token, how === 'deny' ? { note: 'no' } : {});
const grants = async () => (await calls.call('GET', '/grants', calls.owner)).body.grants;

test('is asked for by whom the rule names, for no longer than it says, and decided by somebody else', async () => {
  const user = world.a.tokens.organization_user;
  expect((await ask(user)).status).toBe(404);
  expect((await ask(member.token, 7200)).body.code).toBe('bad_request');
  const mine = (await ask(calls.admin, 60)).body;
  expect(mine).toMatchObject({ state: 'pending', decidedBy: null });
  expect((await decide(mine.id, 'approve', calls.admin)).body.code).toBe('forbidden');
  expect((await decide(mine.id, 'approve', user)).body.code).toBe('forbidden');
  const before = (await grants()).length;
  const approved = await decide(mine.id, 'approve', calls.owner);
  expect(approved.body).toMatchObject({ state: 'approved' });
  expect(await grants()).toHaveLength(before + 1);
  expect((await decide(mine.id, 'deny', calls.owner)).body.code).toBe('conflict');
  expect(await calls.reachable(calls.admin)).toContain('shell');
  world.api.now += 61_000;
  expect(await calls.reachable(calls.admin)).not.toContain('shell');
});

test('is given at once where the rule says so, and denied or withdrawn gives nothing', async () => {
  const before = (await grants()).length;
  const denied = (await ask(member.token)).body;
  expect((await decide(denied.id, 'deny', calls.owner)).body).toMatchObject({ state: 'denied', note: 'no' });
  const withdrawn = (await ask(member.token)).body;
  expect((await calls.call('DELETE', `/access-requests/${withdrawn.id}`, calls.owner)).status).toBe(404);
  expect((await calls.call('DELETE', `/access-requests/${withdrawn.id}`, member.token)).status).toBe(204);
  expect(await grants()).toHaveLength(before);
  const auto = { roles: ['organization_auditor'] };
  const requestRule = { by: ['organization_auditor'], auto };
  await calls.call('PATCH', `/resources/${resource()}`, calls.owner, { requestRule });
  expect((await ask(member.token)).body).toMatchObject({ state: 'approved', decidedBy: null });
  expect(await grants()).toHaveLength(before + 1);
  const own = (await calls.call('GET', '/access-requests', member.token)).body.requests;
  expect(own.map(({ state }: { state: string }) => state)).toEqual(['approved', 'withdrawn', 'denied']);
});
