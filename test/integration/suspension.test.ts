/** An organization that the platform suspends: nobody and nothing gets in, and all of it comes back. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outboxJob } from '../../edge/jobs/outbox.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { webhooksJob } from '../../edge/jobs/webhooks.ts';
import { Calls } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let calls: Calls;
let platform: string;
let got = 0;
const receiver = createServer((_, response) => {
  got += 1;
  response.writeHead(204).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  world = await makeWorld(['organization_admin']);
  calls = new Calls(world);
  platform = (await world.api.signIn()).accessToken;
});
afterAll(async () => {
  receiver.close();
  await world[Symbol.asyncDispose]();
});

const decide = (verb: 'suspend' | 'resume', token = platform, reason = 'unpaid') =>
  world.api.call('POST', `/v1/platform/organizations/${world.a.ids.org}/${verb}`, { reason }, token);
const codeOf = async (path: string, token: string) =>
  (await calls.call('GET', path, token)).body.code as string | undefined;

// That it asks for a fresh proof, the matrix of roles and routes says.
test('suspending asks for a reason, no member of it may, and who is at work is not resumed', async () => {
  expect((await decide('suspend', calls.owner)).body.code).toBe('forbidden');
  expect((await decide('suspend', platform, ' ')).status).toBe(400);
  expect((await decide('resume')).body.code).toBe('conflict');
});

test('people and keys are refused, sessions end, webhooks rest, another organization goes on, and it all comes back', async () => {
  const { full } = world.a.keys;
  const user = world.a.tokens.organization_user ?? '';
  const resource = world.a.ids.resource ?? '';
  const { session } = (await calls.open(user, resource)).body;
  expect(await calls.liveSessions(user)).toContain(session);
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const hook = { name: 'suspended', url, types: ['webhook.test'] };
  const { id } = (await calls.call('POST', '/webhooks', calls.owner, hook)).body;
  expect((await calls.call('POST', `/webhooks/${id}/test`, calls.owner, {})).status).toBeLessThan(300);

  expect((await decide('suspend')).body).toMatchObject({ suspendedAt: expect.any(String) });
  expect((await decide('suspend')).body.code).toBe('conflict');
  for (const token of [calls.owner, user, full])
    expect(await codeOf('/sessions', token)).toBe('organization_suspended');
  expect((await calls.open(user, resource)).body.code).toBe('organization_suspended');
  expect(await codeOf(`/v1/me/organizations/${world.a.ids.org}`, user)).toBe('organization_suspended');
  // A stranger learns no more than before, and is hindered by nothing.
  const stranger = world.b.tokens.organization_owner ?? '';
  expect(await codeOf('/sessions', stranger)).toBe('not_found');
  expect((await calls.call('GET', `/v1/orgs/${world.b.ids.org}/sessions`, stranger)).status).toBe(200);
  world.api.now += 2_000;
  await runDueJobs(world.api.services, [outboxJob, webhooksJob], { random: () => 0.5 });
  expect(got).toBe(0);

  expect((await decide('resume')).body).toMatchObject({ suspendedAt: null });
  expect(await calls.liveSessions(user)).not.toContain(session);
  expect(await codeOf('/sessions', full)).toBeUndefined();
  expect((await calls.open(user, resource)).status).toBe(201);
  world.api.now += 2_000;
  await runDueJobs(world.api.services, [outboxJob, webhooksJob], { random: () => 0.5 });
  expect(got).toBe(1);
  const { entries } = (await calls.call('GET', '/audit', calls.owner)).body;
  for (const action of ['organization.suspend', 'organization.resume'])
    expect(entries).toContainEqual(expect.objectContaining({ action, reason: 'unpaid' }));
  expect(entries).toContainEqual(expect.objectContaining({ action: 'session.end', subject: session }));
});

test('a session that is opened while it is being suspended does not live on', async () => {
  const user = world.a.tokens.organization_user ?? '';
  const resource = world.a.ids.resource ?? '';
  const [suspended] = await Promise.all([
    decide('suspend'),
    ...Array.from({ length: 5 }, () => calls.open(user, resource)),
  ]);
  expect(suspended?.status).toBe(200);
  await decide('resume');
  expect(await calls.liveSessions(user)).toEqual([]);
});
