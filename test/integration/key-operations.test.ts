/** Re-wrapping and rotating keys, killed wherever it can be, while others write. */
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keysJob } from '../../edge/jobs/keys/job.ts';
import {
  ORG_COLUMNS,
  PLATFORM_COLUMNS,
  SHORT_LIVED,
  WRAPPED_COLUMN,
} from '../../edge/jobs/keys/sealed-columns.ts';
import { chosenOf } from '../../edge/keys/configured.ts';
import { credentialPlace, dataKeySealer, envelopeSealer, type Sealer } from '../../edge/keys/envelope.ts';
import { localKeyService } from '../../edge/keys/local-service.ts';
import { transitKeyService } from '../../edge/keys/transit-service.ts';
import { ANY_SUBJECT, LINES_PER_MINUTE, recordKeyUse } from '../../edge/keys/uses.ts';
import { versionPlace } from '../../edge/secrets/sealed-value.ts';
import type { Services } from '../../edge/services.ts';
import { OrgId } from '../../schema/ids.ts';
import { TransitDouble } from '../transit-double.ts';
import { ControlApi, makeTenant } from './control-api.ts';
import { MASTER_KEY, startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let owner: ReturnType<typeof postgres>;
let token: string;
let double: TransitDouble;
const tenants: Awaited<ReturnType<typeof makeTenant>>[] = [];

beforeAll(async () => {
  database = await startDatabase();
  owner = postgres(database.ownerUrl, { max: 2 });
  api = new ControlApi(database);
  token = (await api.signIn()).accessToken;
  const { body } = await api.call('POST', '/v1/platform/clusters', { name: 'c' }, token);
  for (const name of ['a', 'b']) tenants.push(await makeTenant(api, token, body.id, name));
  double = await TransitDouble.start();
  double.createKey('fabric');
});
afterAll(async () => {
  await double[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await owner.end();
  await database[Symbol.asyncDispose]();
});

const transit = () =>
  transitKeyService({
    url: double.url,
    mount: 'transit',
    key: 'fabric',
    credentials: { token: double.newToken() },
    fetch: (...request) => fetch(...request),
    random: () => 0,
    wait: async () => {},
    now: Date.now,
  });

/** Runs the job in processes that die at their first, second, third ... call of the database, until one finds nothing to do. */
async function runDying(services: Services): Promise<number> {
  for (let deaths = 0; ; deaths += 1) {
    let left = 1 + (deaths % 7);
    const dying: Services = {
      ...services,
      db: {
        ...services.db,
        platform: (work) =>
          services.db.platform(async (tx) => {
            const result = await work(tx);
            // Before the end of the transaction: what it did is undone.
            if (left-- === 0) throw new Error('killed');
            return result;
          }),
      },
    };
    const left0 = await owner`select 1 from key_operations where state = 'running'`;
    if (left0.length === 0) return deaths;
    await keysJob
      .run({ services: dying, until: Number.POSITIVE_INFINITY, random: Math.random })
      .catch(() => {});
  }
}

async function start(body: object) {
  const answer = await api.call('POST', '/v1/platform/keys/operations', body, token);
  expect(answer.status).toBe(201);
  return answer.body.id as string;
}
async function shown(id: string) {
  const { body } = await api.call('GET', '/v1/platform/keys', undefined, token);
  return body.operations.find((one: { id: string }) => one.id === id);
}
/** Every version of every secret opens. @returns the current ones */
async function secretsOpen(master: Sealer): Promise<string[]> {
  const rows = await owner`select v.*, o.sealed_data_key from secret_versions v
    join organizations o on o.id = v.org_id where v.sealed is not null order by o.name, v.secret_id, v.version`;
  const current: string[] = [];
  for (const { org_id, secret_id, version, state, sealed, sealed_data_key } of rows) {
    const sealer = await dataKeySealer(master, org_id, sealed_data_key);
    const place = versionPlace(org_id, secret_id, version);
    const text = new TextDecoder().decode(await sealer.open(sealed, place));
    if (state === 'current') current.push(text);
  }
  return current;
}
/** What was kept with its resource, before there were secrets. */
const ANCIENT = 'of before there were secrets';
async function keepAncient(org: string): Promise<void> {
  const [row] = await owner`select o.sealed_data_key, c.resource_id from organizations o
    join credentials c on c.org_id = o.id where o.id = ${org}`;
  const sealer = await dataKeySealer(database.master, org, row?.['sealed_data_key']);
  const place = credentialPlace(org, row?.['resource_id']);
  const sealed = await sealer.seal(new TextEncoder().encode(ANCIENT), place);
  await owner`update credentials set secret_id = null, sealed = ${sealed} where org_id = ${org}`;
}
async function ancientOpens(org: string): Promise<string> {
  const [row] = await owner`select o.sealed_data_key, c.resource_id, c.sealed from organizations o
    join credentials c on c.org_id = o.id where o.id = ${org}`;
  const sealer = await dataKeySealer(database.master, org, row?.['sealed_data_key']);
  const place = credentialPlace(org, row?.['resource_id']);
  return new TextDecoder().decode(await sealer.open(row?.['sealed'], place));
}

test('every column that holds something sealed is walked through, or ends within a day', async () => {
  const found = await owner`select table_name, column_name from information_schema.columns
    where table_schema = 'public' and column_name like '%sealed%'`;
  const known = [...PLATFORM_COLUMNS, ...ORG_COLUMNS, WRAPPED_COLUMN].map(
    ({ table, sealed }) => `${table}.${sealed}`,
  );
  const missing = found
    .filter(({ table_name }) => !SHORT_LIVED.includes(table_name))
    .map(({ table_name, column_name }) => `${table_name}.${column_name}`)
    .filter((column) => !known.includes(column));
  expect(missing).toEqual([]);
});

test('a re-wrap that is killed everywhere brings all keys to Transit, and the master key is not needed any more', async () => {
  const both = envelopeSealer(chosenOf(transit(), await localKeyService([MASTER_KEY])));
  const id = await start({ kind: 'rewrap', reason: 'to Transit' });
  expect(
    (await api.call('POST', '/v1/platform/keys/operations', { kind: 'rewrap', reason: 'x' }, token)).status,
  ).toBe(409);
  expect(await runDying({ ...api.services, master: both })).toBeGreaterThan(5);
  expect(await shown(id)).toMatchObject({ state: 'done', error: null });
  const alone = envelopeSealer(transit());
  expect(await secretsOpen(alone)).toEqual(['secret of a', 'secret of b']);
  for (const { table, sealed, key, place, more = ['null', 'null'] } of PLATFORM_COLUMNS)
    for (const row of await owner.unsafe(
      `select ${key} as key, ${sealed} as sealed, ${more[0]} as first, ${more[1]} as second from ${table}`,
    ))
      await alone.open(row['sealed'], place(row['key'], [row['first'], row['second']]));
  // And back again: the same operation, with the other service configured.
  const back = envelopeSealer(chosenOf(await localKeyService([MASTER_KEY]), transit()));
  await start({ kind: 'rewrap', reason: 'and back' });
  await runDying({ ...api.services, master: back });
  expect(await secretsOpen(database.master)).toEqual(['secret of a', 'secret of b']);
  expect((await api.signIn()).accessToken).toBeTypeOf('string');
});

test('a rotation that is killed everywhere, while credentials are written, loses none, and leaves nothing under the old key', async () => {
  const old = await owner`select id, sealed_data_key from organizations order by name`;
  const id = await start({ kind: 'rotate', reason: 'yearly' });
  const [a, b] = tenants;
  await keepAncient(b?.org ?? '');
  let written = 0;
  const writing = new AbortController();
  const writer = (async () => {
    while (!writing.signal.aborted) {
      const credential = { type: 'password', password: `number ${written + 1}` };
      const path = `/v1/orgs/${a?.org}/resources/${a?.resource}`;
      const { status } = await api.call('PATCH', path, { credential }, a?.owner.token);
      expect(status).toBe(200);
      written += 1;
    }
  })();
  try {
    await runDying(api.services);
  } finally {
    writing.abort();
    await writer;
  }
  expect(await shown(id)).toMatchObject({ state: 'done', error: null });
  expect(written).toBeGreaterThan(0);
  expect(await secretsOpen(database.master)).toEqual([`number ${written}`, 'secret of b']);
  expect(await ancientOpens(b?.org ?? '')).toBe(ANCIENT);
  for (const { id: org, sealed_data_key } of old) {
    const [now] = await owner`select sealed_data_key from organizations where id = ${org}`;
    expect(now?.['sealed_data_key']).not.toContain(sealed_data_key);
    expect(now?.['sealed_data_key']).not.toContain(' ');
  }
});

test('a rotation that is cancelled half way leaves both keys, and the next one finishes it', async () => {
  const [a] = tenants;
  const keysOf = async () =>
    (await owner`select sealed_data_key from organizations where id = ${a?.org ?? ''}`)[0]?.[
      'sealed_data_key'
    ] as string;
  const id = await start({ kind: 'rotate', org: a?.org, reason: 'x' });
  for (let at = 0; at < 10 && !(await keysOf()).includes(' '); at += 1)
    await keysJob.run({ services: api.services, until: 0, random: Math.random });
  const both = await keysOf();
  expect(both).toContain(' ');
  expect((await api.call('DELETE', `/v1/platform/keys/operations/${id}`, undefined, token)).status).toBe(204);
  await secretsOpen(database.master);
  await start({ kind: 'rotate', org: a?.org, reason: 'again' });
  await runDying(api.services);
  expect(await keysOf()).toBe(both.split(' ')[0]);
  await secretsOpen(database.master);
});

test('a text that does not open ends a rotation, is named, and keeps the old key', async () => {
  const [, b] = tenants;
  const [before] = await owner`select sealed, secret_id from secret_versions where org_id = ${b?.org ?? ''}`;
  await owner`update secret_versions set sealed = 'v1.AAAAAAAAAAAAAAAA.AAAA' where org_id = ${b?.org ?? ''}`;
  const id = await start({ kind: 'rotate', org: b?.org, reason: 'x' });
  await runDying(api.services);
  expect(await shown(id)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining(before?.['secret_id'] ?? '-'),
  });
  await owner`update secret_versions set sealed = ${before?.['sealed']} where org_id = ${b?.org ?? ''}`;
  await secretsOpen(database.master);
});

test('an organization reads what its key was used for, and not another', async () => {
  const [a, b] = tenants;
  const read = async (of: typeof a, by: typeof a) =>
    api.call('GET', `/v1/orgs/${of?.org}/key-uses?limit=500`, undefined, by?.owner.token);
  const { body } = await read(b, b);
  const [secret] = await owner`select secret_id as id from secret_versions where org_id = ${b?.org ?? ''}`;
  expect(body.uses).toContainEqual(
    expect.objectContaining({
      purpose: 'secret.seal',
      subject: secret?.['id'],
      actor: `user:${b?.owner.id}`,
      uses: 1,
    }),
  );
  expect(body.uses).toContainEqual(expect.objectContaining({ purpose: 'key.rotate', actor: 'system' }));
  expect(JSON.stringify(body)).not.toContain('secret of');
  expect((await read(a, b)).status).toBe(404);
  expect((await api.call('GET', `/v1/orgs/${b?.org}/key-uses`, undefined, b?.user.token)).status).toBe(403);
  const erased = api.services.db.org(OrgId.parse(b?.org), (tx) => tx.execute(sql`delete from key_uses`));
  await expect(erased).rejects.toMatchObject({ cause: { code: '42501' } });
});

test('uses are counted in a minute, and too many different ones without their subject', async () => {
  const org = OrgId.parse(tenants[0]?.org);
  const use = (subject: string) =>
    api.services.db.org(org, (tx) =>
      recordKeyUse(tx, { org, purpose: 'webhook.sign', subject, actor: 'node:of-the-platform' }),
    );
  await use('one');
  await owner`insert into key_uses select ${org}::uuid, date_trunc('minute', now()) + m * interval '1 minute', 'webhook.sign',
    'filler ' || n, 'system', 1 from generate_series(1, ${LINES_PER_MINUTE}) n, generate_series(0, 1) m`;
  await use('another');
  await use('a third');
  const rows =
    await owner`select subject, actor, uses from key_uses where org_id = ${org} and actor = 'node' and purpose = 'webhook.sign'`;
  expect([...rows]).toContainEqual({ subject: ANY_SUBJECT, actor: 'node', uses: 2 });
  expect(rows.map(({ subject }) => subject)).not.toContain('another');
});
