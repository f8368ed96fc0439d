/** The audit trail against a real PostgreSQL: linked by the database, signed by the platform, searched, exported, verified, trimmed. */
import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { record } from '../../edge/audit.ts';
import { checkpointsJob, trimJob } from '../../edge/jobs/audit-chain.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { verifyExport } from '../../schema/audit-export.ts';
import { OrgId } from '../../schema/ids.ts';
import { Secret } from '../../schema/secret.ts';
import { ControlApi, makeTenant } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let platform: string;
let a: Awaited<ReturnType<typeof makeTenant>>;
let owner: postgres.Sql;

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  owner = postgres(database.ownerUrl, { max: 4, onnotice: () => {} });
  platform = (await api.signIn()).accessToken;
  const cluster = (await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform)).body.id;
  a = await makeTenant(api, platform, cluster, 'org-a');
});
afterAll(async () => {
  await owner?.end();
  await api?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const entry = (action: string, detail?: Parameters<typeof record>[1]['detail']) => ({
  org: OrgId.parse(a.org),
  actor: 'user:someone' as const,
  action,
  requestId: 'r',
  ...(detail ? { detail } : {}),
});
const write = (action: string, detail?: Parameters<typeof record>[1]['detail']) =>
  api.services.db.org(OrgId.parse(a.org), (tx) => record(tx, entry(action, detail)));
const read = (query = '') => api.call('GET', `/v1/orgs/${a.org}/audit${query}`, undefined, a.owner.token);
const exported = async (query = '') =>
  (await api.call('GET', `/v1/orgs/${a.org}/audit/export${query}`, undefined, a.owner.token)).body as string;
const keys = async () => (await api.call('GET', '/v1/audit/keys', undefined, a.owner.token)).body;
const verify = async (text: string, trusted?: Awaited<ReturnType<typeof keys>>) =>
  verifyExport(lines(text), trusted ?? (await keys()), api.now);
async function* lines(text: string) {
  yield* text.split('\n').filter((line) => line !== '');
}
const checkpoint = async () => {
  api.now += 61_000;
  expect(await runDueJobs(api.services, [checkpointsJob])).toEqual(['audit-checkpoints']);
  const [job] = await owner`select error from jobs where name = 'audit-checkpoints'`;
  return job?.['error'] as string | null;
};

test('many writers at once make one chain without a gap, and the hash made by the database is the one made here', async () => {
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => write('test.many', { n, text: 'ü€😀 "quoted",\n' })),
  );
  expect(await checkpoint()).toBeNull();
  const text = await exported();
  const finding = await verify(text);
  expect(finding).toMatchObject({ ok: true, first: 1, checkpoints: 1 });
  expect(text.split('"test.many"').length - 1).toBe(60);
});

test('two transactions that record in the same organization do not wait for each other until they commit', async () => {
  const { promise: both, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  const one = (action: string) =>
    api.services.db.org(OrgId.parse(a.org), async (tx) => {
      await record(tx, entry(action));
      arrived += 1;
      if (arrived === 2) resolve();
      // Each ends only once the other has recorded too: with a lock held from the first record on, neither would.
      await both;
    });
  await Promise.all([one('test.first'), one('test.second')]);
  expect((await verify(await exported())).ok).toBe(true);
});

test('what is rolled back leaves neither entry nor gap', async () => {
  const failed = api.services.db.org(OrgId.parse(a.org), async (tx) => {
    await record(tx, entry('test.undone'));
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await write('test.done');
  const text = await exported();
  expect(text).not.toContain('test.undone');
  expect((await verify(text)).ok).toBe(true);
});

test('no role of the API can choose a place, a time or a hash, remove, or trim as it likes', async () => {
  const { db } = api.services;
  const zeros = '0'.repeat(64);
  const refused = [
    `insert into audit (org_id, actor, action, request_id, seq) values ('${a.org}', 'x', 'x', 'x', 1)`,
    `insert into audit (org_id, actor, action, request_id, hash) values ('${a.org}', 'x', 'x', 'x', '${zeros}')`,
    `update audit set hash = '${zeros}'`,
    'delete from audit',
    'truncate audit',
    'update chains set audit_seq = 0',
    'delete from chains',
    'update chains set retention_days = 1',
    `update checkpoints set hash = '${zeros}'`,
    'delete from checkpoints',
    'set role fabric_auditor',
    'alter table audit disable trigger all',
  ];
  for (const statement of refused) {
    await expect(
      db.platform((tx) => tx.execute(statement)),
      statement,
    ).rejects.toThrow();
    await expect(
      db.org(OrgId.parse(a.org), (tx) => tx.execute(statement)),
      statement,
    ).rejects.toThrow();
  }
  await expect(
    db.org(OrgId.parse(a.org), (tx) => tx.execute(`select audit_trim('${a.org}', 9)`)),
  ).rejects.toThrow();
  await db.platform((tx) =>
    tx.execute(
      `insert into audit (org_id, at, actor, action, request_id) values ('${a.org}', '2001-01-01', 'x', 'test.backdated', 'x')`,
    ),
  );
  const [row] =
    await owner`select at > now() - interval '1 hour' as recent from audit where action = 'test.backdated'`;
  expect(row?.['recent']).toBe(true);
  expect((await verify(await exported())).ok).toBe(true);
});

test('secrets are masked, and who, whence and with what is kept', async () => {
  await write('test.secret', { password: new Secret('hunter2'), nested: [{ token: new Secret('hunter2') }] });
  await api.call('PUT', `/v1/orgs/${a.org}/audit/retention`, { days: 90 }, a.owner.token, {
    'user-agent': 'test/1\n',
  });
  const [changed, secret] = (await read('?limit=2')).body.entries;
  expect(secret.detail).toBe('{"nested":[{"token":"***"}],"password":"***"}');
  expect(changed).toMatchObject({
    action: 'audit.retention',
    actor: `user:${a.owner.id}`,
    userAgent: 'test/1',
    detail: '{"before":null,"days":90}',
  });
});

test('is searched by who, what, about what, when and by words, a page at a time', async () => {
  const all = (await read('?limit=500')).body.entries;
  const pages: unknown[] = [];
  for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null; ) {
    const { body }: { body: { entries: unknown[]; next: number | null } } = await read(
      `?limit=17&before=${next}`,
    );
    pages.push(...body.entries);
    next = body.next;
  }
  expect(pages).toEqual(all);
  const found = async (query: string) =>
    (await read(`?limit=500&${query}`)).body.entries.map(({ action }: { action: string }) => action);
  expect(await found('action=resource.')).toEqual(['resource.grant', 'resource.grant', 'resource.create']);
  expect(await found('action=resource_')).toEqual([]);
  expect(new Set(await found('actor=user:someone'))).toContain('test.done');
  expect(await found(`subject=${a.user.id}`)).toEqual(['member.join', 'member.invite']);
  expect(await found('text=hunter2')).toEqual([]);
  expect(await found('text=%25%25')).toEqual([]);
  expect(await found(`text=${encodeURIComponent('"days":90')}`)).toEqual(['audit.retention']);
  expect(await found('until=2020-01-01T00:00:00Z')).toEqual([]);
  expect((await found('since=2020-01-01T00:00:00Z')).length).toBe(all.length);
  expect((await read('?limit=501')).status).toBe(400);
});

test('a person without the right, another organization and the platform itself do not read it', async () => {
  for (const path of ['audit', 'audit/export', 'audit/retention'])
    expect((await api.call('GET', `/v1/orgs/${a.org}/${path}`, undefined, a.user.token)).status).toBe(403);
  expect((await api.call('GET', `/v1/orgs/${a.org}/audit`, undefined, platform)).status).toBe(404);
  expect((await api.call('GET', '/v1/platform/audit', undefined, a.owner.token)).status).toBe(403);
  const { entries } = (await api.call('GET', '/v1/platform/audit', undefined, platform)).body;
  expect(JSON.stringify(entries)).toContain('cluster.create');
  expect(JSON.stringify(entries)).not.toContain('resource.create');
  const { body } = await api.call('GET', '/v1/platform/audit/export', undefined, platform);
  expect(await verify(body)).toMatchObject({ ok: true });
});

test('as CSV no cell is a formula', async () => {
  await write('=HYPERLINK("http://evil")');
  const csv = await exported('?format=csv');
  expect(csv).toContain(`"'=HYPERLINK(""http://evil"")"`);
  expect(csv.split('\r\n')[0]).toContain('seq,at,actor,action');
});

test('a verifier names the first entry that was removed, changed, moved, added or cut off, in a file alone', async () => {
  await checkpoint();
  const text = await exported();
  const all = text.trimEnd().split('\n');
  const at = (seq: number) =>
    all.findIndex((line) => line.includes('"type":"entry"') && line.includes(`"seq":${seq},`));
  expect(at(10)).toBeGreaterThan(0);
  const told = async (change: (copy: string[]) => void) => {
    const copy = [...all];
    change(copy);
    const finding = await verify(copy.join('\n'));
    return finding.ok ? 'ok' : `${finding.seq} ${finding.reason}`;
  };
  expect(await told(() => {})).toBe('ok');
  expect(await told((copy) => copy.splice(at(10), 1))).toMatch(/^10 missing/);
  expect(await told((copy) => copy.splice(at(10), 5))).toMatch(/^10 missing/);
  expect(await told((copy) => copy.splice(at(1), 1))).toMatch(/^1 missing/);
  const edit = (copy: string[], seq: number, from: RegExp, to: string) => {
    copy[at(seq)] = (copy[at(seq)] ?? '').replace(from, to);
  };
  expect(await told((copy) => edit(copy, 10, /"actor":"[^"]*"/, '"actor":"user:innocent"'))).toMatch(
    /^10 was changed/,
  );
  expect(await told((copy) => edit(copy, 10, /"hash":"[0-9a-f]{8}/, '"hash":"00000000'))).toMatch(/^10 /);
  expect(await told((copy) => copy.splice(at(10), 2, copy[at(11)] ?? '', copy[at(10)] ?? ''))).toMatch(
    /^10 missing/,
  );
  expect(await told((copy) => copy.splice(at(10), 0, copy[at(10)] ?? ''))).toMatch(/^11 out of order/);
  expect(await told((copy) => copy.splice(at(10), 0, copy[at(20)] ?? ''))).toMatch(/^10 missing/);
  expect(await told((copy) => copy.splice(copy.length - 3, 2))).toMatch(/missing/);
  expect(await told((copy) => copy.pop())).toMatch(/cut off/);
  // The last entries taken away, and the file's own words made to agree: the signed checkpoint still knows.
  const shorter = async () => {
    const copy = all.filter(
      (line) => !(line.includes('"type":"entry"') && Number(/"seq":(\d+)/.exec(line)?.[1]) > 20),
    );
    const last = JSON.parse(copy[copy.length - 2] ?? '');
    copy[0] = JSON.stringify({ ...JSON.parse(copy[0] ?? ''), head: { seq: 20, hash: last.hash } });
    copy[copy.length - 1] = JSON.stringify({ type: 'end', entries: 20 });
    return verify(copy.join('\n'));
  };
  expect(await shorter()).toMatchObject({
    ok: false,
    seq: 21,
    reason: expect.stringContaining('checkpoint'),
  });
  const stranger = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const jwk = await crypto.subtle.exportKey('jwk', (stranger as CryptoKeyPair).publicKey);
  await expect(
    verify(text, {
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: jwk.x ?? '', kid: 'k', alg: 'EdDSA', use: 'sig' }],
    }),
  ).rejects.toMatchObject({ code: 'token_invalid' });
});

test('a chain that someone with all rights over the database has changed is never signed, and the job says where', async () => {
  await write('test.before');
  const [last] = await owner`select max(seq)::int as seq from audit where org_id = ${a.org}`;
  const seq = Number(last?.['seq']);
  await owner`update audit set actor = 'user:innocent' where org_id = ${a.org} and seq = ${seq}`;
  expect(await checkpoint()).toContain(`entry ${seq} was changed`);
  expect((await api.call('GET', '/health?detailed=true')).body.jobs['audit-checkpoints'].ok).toBe(false);
  await owner`update audit set actor = 'user:someone' where org_id = ${a.org} and seq = ${seq}`;
  expect(await checkpoint()).toBeNull();
});

test('old entries go only as far as a checkpoint and the retention allow, and the rest still verifies', async () => {
  const count = async () => (await read('?limit=500')).body.entries.length as number;
  const before = await count();
  const trim = async () => {
    api.now += 3_700_000;
    const fresh = (await api.signIn(a.owner.email, 'a long enough password')).accessToken;
    a = { ...a, owner: { ...a.owner, token: fresh } };
    expect(await runDueJobs(api.services, [trimJob])).toEqual(['audit-retention']);
  };
  await trim();
  expect(await count()).toBe(before);
  // Time can't be moved in the database: a chain that is old already is written by its owner.
  const old = crypto.randomUUID();
  await owner`alter table audit disable trigger audit_before`;
  for (let n = 0; n < 30; n += 1)
    await owner`insert into audit (org_id, actor, action, request_id, at) values (${old}, 'system', 'test.old', ${`r${n}`}, now() - interval '100 days')`;
  await checkpoint();
  for (let n = 0; n < 5; n += 1)
    await owner`insert into audit (org_id, actor, action, request_id, at) values (${old}, 'system', 'test.old', ${`s${n}`}, now() - interval '100 days')`;
  await owner`alter table audit enable trigger audit_before`;
  await owner`insert into audit (org_id, actor, action, request_id) values (${old}, 'system', 'test.new', 'r')`;
  await trim();
  expect((await owner`select 1 from audit where org_id = ${old}`).length).toBe(36);
  await owner`update chains set retention_days = 60 where chain = ${old}`;
  await trim();
  const left = await owner`select seq::int, action from audit where org_id = ${old} order by seq`;
  expect(left.map(({ action }) => action)).toEqual([...Array(5).fill('test.old'), 'test.new', 'audit.trim']);
  expect(left[0]?.['seq']).toBe(31);
  expect(await checkpoint()).toBeNull();
});

test('rows from before there were chains become their first part', async () => {
  const sql = (name: string) =>
    readFileSync(new URL(`../../schema/migrations/${name}.sql`, import.meta.url), 'utf8');
  const name = `old_${Date.now()}`;
  await owner.unsafe(`create database ${name}`);
  const url = new URL(database.ownerUrl);
  url.pathname = name;
  const other = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    const run = async (file: string) => {
      for (const statement of sql(file).split('--> statement-breakpoint')) await other.unsafe(statement);
    };
    await run('0000_tables');
    await run('0001_force_row_security');
    const org = crypto.randomUUID();
    for (let n = 0; n < 6; n += 1)
      await other`insert into audit (org_id, actor, action, request_id) values (${n % 2 === 0 ? org : null}, 'node:1', ${`old.${n}`}, 'r')`;
    await run('0006_audit_events');
    await run('0007_audit_chain');
    const rows =
      await other`select org_id is null as platform, seq::int, actor, action, prev, hash from audit order by id`;
    for (const { platform, actor } of rows) expect(actor).toBe(platform ? 'node:1' : 'node');
    expect(rows.map(({ seq }) => seq)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(rows[2]?.['prev']).toBe(rows[0]?.['hash']);
    await other`insert into audit (org_id, actor, action, request_id) values (${org}, 'x', 'new', 'r')`;
    const [latest] = await other`select seq::int, prev from audit where action = 'new'`;
    expect(latest).toMatchObject({ seq: 4, prev: rows[4]?.['hash'] });
  } finally {
    await other.end();
    await owner.unsafe(`drop database ${name}`);
  }
});
