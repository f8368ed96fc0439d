/** A call that carries an idempotency key is done once, however often it is sent. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ControlApi, makeTenant } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let cluster: string;
let a: Awaited<ReturnType<typeof makeTenant>>;
let b: Awaited<ReturnType<typeof makeTenant>>;

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  const platform = (await api.signIn()).accessToken;
  const made = await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform);
  cluster = made.body.id;
  a = await makeTenant(api, platform, cluster, 'org-a');
  b = await makeTenant(api, platform, cluster, 'org-b');
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const target = { protocol: 'tcp', host: '10.0.0.1', port: 5432 };
const create = (name: string, key: string, tenant = a, egressPool = 'pool') =>
  api.call('POST', `/v1/orgs/${tenant.org}/resources`, { name, egressPool, target }, tenant.owner.token, {
    'idempotency-key': key,
  });
async function count(name: string): Promise<number> {
  const [row] = await api.services.db.platform((tx) =>
    tx.execute<{ n: number }>(sql`select count(*)::int as n from resources where name = ${name}`),
  );
  return row?.n ?? 0;
}

test('told twice it is done once, and both are answered alike', async () => {
  const first = await create('twice', 'key-twice-1');
  const second = await create('twice', 'key-twice-1');
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(await count('twice')).toBe(1);
  expect((await create('twice', 'key-twice-2')).body.code).toBe('conflict');
});

test('told twenty times at once it is done once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('at-once', 'key-at-once')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await count('at-once')).toBe(1);
});

test('another call under the same key is refused; the same key of another person is another key', async () => {
  expect((await create('mine', 'key-shared-1')).status).toBe(201);
  expect((await create('mine-not', 'key-shared-1')).body.code).toBe('conflict');
  expect(await count('mine-not')).toBe(0);
  expect((await create('mine', 'key-shared-1', b)).status).toBe(201);
});

test('what was refused leaves nothing behind, and the key is free for another try', async () => {
  expect((await create('Not A Name', 'key-refused-1')).status).toBe(400);
  expect((await create('twice', 'key-refused-1')).body.code).toBe('conflict');
  expect((await create('a-name', 'key-refused-1')).status).toBe(201);
});

test('a key is forgotten after a day', async () => {
  expect((await create('daily', 'key-daily-1')).status).toBe(201);
  api.now += 86_400_001;
  a.owner.token = (await api.signIn(a.owner.email, 'a long enough password')).accessToken;
  expect((await create('daily-too', 'key-daily-1')).status).toBe(201);
  api.now -= 86_400_001;
  a.owner.token = (await api.signIn(a.owner.email, 'a long enough password')).accessToken;
});

test('a key that is too short or too long is refused', async () => {
  for (const key of ['short', 'x'.repeat(129)]) expect((await create('never', key)).status).toBe(400);
  expect(await count('never')).toBe(0);
});

test('what is kept of an answer can not be read from the database', async () => {
  const platform = (await api.signIn()).accessToken;
  const token = await api.call(
    'POST',
    `/v1/platform/clusters/${cluster}/bootstrap-tokens`,
    { roles: ['relay'] },
    platform,
    { 'idempotency-key': 'key-secret-1' },
  );
  const rows = await api.services.db.platform((tx) => tx.execute(sql`select * from idempotency_keys`));
  expect(JSON.stringify(rows)).toContain('key-secret-1');
  expect(JSON.stringify(rows)).not.toContain(token.body.token);
});

test('the work and its key stand or fall together: when the answer can not be kept nothing was done', async () => {
  const { master } = api.services;
  const broken = { ...master, seal: () => Promise.reject(new Error('no seal today')) };
  Object.assign(api.services, { master: broken });
  try {
    expect((await create('half', 'key-half-1')).status).toBe(500);
    expect(await count('half')).toBe(0);
  } finally {
    Object.assign(api.services, { master });
  }
  expect((await create('half', 'key-half-1')).status).toBe(201);
});
