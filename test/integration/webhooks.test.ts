/** Webhooks end to end: a real receiver, real database, signatures checked as Standard Webhooks says. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { outboxJob } from '../../edge/jobs/outbox.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { webhooksJob } from '../../edge/jobs/webhooks.ts';
import { nodeOutbound } from '../../edge/node-outbound.ts';
import { ControlApi, makeTenant } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let a: Awaited<ReturnType<typeof makeTenant>>;
let url: string;
let answer = { status: 204, body: '' };
const got: { headers: IncomingMessage['headers']; body: string }[] = [];
const receiver = createServer(async (request, response) => {
  got.push({ headers: request.headers, body: await text(request) });
  response.writeHead(answer.status, { location: '/elsewhere' }).end(answer.body);
});

beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  database = await startDatabase();
  api = new ControlApi(database);
  const platform = (await api.signIn()).accessToken;
  const cluster = (await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform)).body.id;
  a = await makeTenant(api, platform, cluster, 'org-a');
  await run();
});
beforeEach(() => {
  got.length = 0;
  answer = { status: 204, body: '' };
});
afterAll(async () => {
  receiver.close();
  await api?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

let signedIn = { token: '', at: Number.NEGATIVE_INFINITY };
async function ownerToken(): Promise<string> {
  if (api.now - signedIn.at > 300_000)
    signedIn = {
      token: (await api.signIn(a.owner.email, 'a long enough password')).accessToken,
      at: api.now,
    };
  return signedIn.token;
}
const call = async (method: string, path: string, body?: object) =>
  api.call(method, `/v1/orgs/${a.org}/webhooks${path}`, body, await ownerToken());
async function run(ms = 1_500) {
  api.now += ms;
  await runDueJobs(api.services, [outboxJob, webhooksJob], { random: () => 0.5 });
}
let named = 0;
const create = async (more: object = {}) => {
  named += 1;
  const { status, body } = await call('POST', '', {
    name: `hook-${named}`,
    url,
    types: ['webhook.test'],
    ...more,
  });
  expect(status).toBe(201);
  return body;
};
const log = async (id: string) => (await call('GET', `/${id}/deliveries`)).body.deliveries;

test('an event is delivered once, signed with the secret that was shown once', async () => {
  const hook = await create();
  expect(JSON.stringify((await call('GET', '')).body)).not.toContain(hook.secret);
  await call('POST', `/${hook.id}/test`);
  await run();
  await run();
  expect(got).toHaveLength(1);
  const { headers, body } = got[0] as (typeof got)[0];
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  const key = Buffer.from(hook.secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${mac}`);
  expect(Math.abs(Number(timestamp) * 1000 - api.now)).toBeLessThan(5_000);
  expect(JSON.parse(body)).toMatchObject({
    type: 'webhook.test',
    data: { organization: a.org, subject: hook.id },
  });
  expect(await log(hook.id)).toMatchObject([{ id, state: 'delivered', status: 204, attempts: 1 }]);
  await call('DELETE', `/${hook.id}`);
});

test('only the events it asked for, none from before it was there, all when it asked for none in particular', async () => {
  const [some, all] = [await create(), await create({ types: [] })];
  await run();
  got.length = 0;
  await call('POST', `/${some.id}/test`);
  await call('PATCH', `/${some.id}`, { types: ['member.create'] });
  await run();
  const types = async (id: string) => (await log(id)).map(({ type }: { type: string }) => type);
  expect(await types(some.id)).toEqual([]);
  expect(await types(all.id)).toEqual(['webhook.test', 'webhook.create']);
  for (const { id } of [some, all]) await call('DELETE', `/${id}`);
});

test('a receiver that fails is tried again with growing pauses; its answers are kept, their beginning', async () => {
  const hook = await create();
  answer = { status: 500, body: `broken ${'x'.repeat(9_000)}` };
  await call('POST', `/${hook.id}/test`);
  await run();
  expect(got).toHaveLength(1);
  const [first] = await log(hook.id);
  expect(first).toMatchObject({ state: 'pending', status: 500, attempts: 1, error: 'answered HTTP 500' });
  expect(first.answer).toHaveLength(4_096);
  answer = { status: 302, body: 'elsewhere' };
  await run(10_000);
  expect(got).toHaveLength(2);
  answer = { status: 200, body: 'ok' };
  await run(20_000);
  expect(got).toHaveLength(3);
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await log(hook.id)).toMatchObject([{ state: 'delivered', attempts: 3, answer: 'ok' }]);
  await call('POST', `/${hook.id}/deliveries/${first.id}/redeliver`);
  await run();
  expect(got).toHaveLength(4);
  await call('DELETE', `/${hook.id}`);
});

test('after a day of failures it is given up and switched off, with an event; switched on again it works', async () => {
  const hook = await create();
  answer = { status: 503, body: '' };
  await call('POST', `/${hook.id}/test`);
  for (let hour = 0; hour <= 26; hour += 1) await run(3_600_000);
  expect((await log(hook.id))[0]).toMatchObject({ state: 'dead' });
  const view = async () =>
    (await call('GET', '')).body.webhooks.find(({ id }: { id: string }) => id === hook.id);
  expect(await view()).toMatchObject({ enabled: false });
  const { accessToken } = await api.signIn(a.owner.email, 'a long enough password');
  const { entries } = (
    await api.call('GET', `/v1/orgs/${a.org}/audit?action=webhook.disable`, undefined, accessToken)
  ).body;
  expect(entries).toMatchObject([
    { actor: 'system', subject: hook.id, reason: 'nothing was delivered for a day' },
  ]);
  answer = { status: 200, body: '' };
  await call('PATCH', `/${hook.id}`, { enabled: true });
  got.length = 0;
  await call('POST', `/${hook.id}/test`);
  await run();
  expect(got).toHaveLength(1);
  expect(await view()).toMatchObject({ enabled: true, failingSince: null });
  await call('DELETE', `/${hook.id}`);
});

test('addresses inside, plain HTTP and credentials in the URL are refused, when it is made, changed and sent', async () => {
  const strict = new ControlApi(database);
  Object.assign(strict.services, { env: { ...strict.services.env, FABRIC_PRIVATE_NETWORKS: 'deny' } });
  const token = (await strict.signIn(a.owner.email, 'a long enough password')).accessToken;
  const path = `/v1/orgs/${a.org}/webhooks`;
  for (const bad of [
    url,
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://10.0.0.1/',
    'https://x:y@example.com/',
  ])
    expect((await strict.call('POST', path, { name: 'bad', url: bad }, token)).body.code, bad).toBe(
      'address_not_allowed',
    );
  const { body: hook } = await strict.call(
    'POST',
    path,
    { name: 'inside', url: 'https://inside.example/' },
    token,
  );
  expect((await strict.call('PATCH', `${path}/${hook.id}`, { url }, token)).body.code).toBe(
    'address_not_allowed',
  );
  await strict.call('POST', `${path}/${hook.id}/test`, {}, token);
  const outbound = nodeOutbound(async () => ['10.0.0.1']);
  api.now += 2_000;
  strict.now = api.now;
  await runDueJobs({ ...strict.services, outbound }, [outboxJob, webhooksJob]);
  expect(await log(hook.id)).toMatchObject([
    { type: 'webhook.test', status: null, error: expect.stringContaining('public internet') },
    { type: 'webhook.create' },
  ]);
  await strict[Symbol.asyncDispose]();
  await call('DELETE', `/${hook.id}`);
});

test('belongs to its organization, its managers, and its name', async () => {
  const hook = await create({ name: 'taken' });
  expect((await call('POST', '', { name: 'taken', url })).body.code).toBe('conflict');
  const fresh = (await api.signIn(a.user.email, 'a long enough password')).accessToken;
  expect((await api.call('GET', `/v1/orgs/${a.org}/webhooks`, undefined, fresh)).status).toBe(403);
  expect((await call('GET', `/${crypto.randomUUID()}/deliveries`)).status).toBe(404);
  expect((await call('POST', `/${hook.id}/deliveries/${crypto.randomUUID()}/redeliver`)).status).toBe(404);
});
