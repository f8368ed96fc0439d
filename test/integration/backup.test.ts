/** Backups of a real database: made, verified, broken in every way, restored into an empty one and compared row by row. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBackup } from '../../edge/backup/create.ts';
import { columnsOf, readJournal, tablesInOrder } from '../../edge/backup/database.ts';
import { readBackup } from '../../edge/backup/read.ts';
import { restoreBackup } from '../../edge/backup/restore.ts';
import { readSealed } from '../../edge/backup/sealed-file.ts';
import { checkpointsJob } from '../../edge/jobs/audit-chain.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { verifyExport } from '../../schema/audit-export.ts';
import { Secret } from '../../schema/secret.ts';
import { ControlApi, enrolNode, makeTenant } from './control-api.ts';
import { MASTER_KEY, startDatabase, type TestDatabase } from './database.ts';

const passphrase = new Secret('correct horse battery staple');
/** A passphrase is slow on purpose: one test has it, the others a key. */
const own = await generateIdentity();
const recipient = await identityToRecipient(own);
const identity = new Secret(own);
let database: TestDatabase;
let api: ControlApi;
let a: Awaited<ReturnType<typeof makeTenant>>;
let owner: postgres.Sql;
const folder = mkdtempSync(join(tmpdir(), 'fabric-backup-'));
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  owner = postgres(database.ownerUrl, { max: 1, onnotice: () => {} });
  const platform = (await api.signIn()).accessToken;
  const cluster = (await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform)).body.id;
  a = await makeTenant(api, platform, cluster, 'org-a');
  await enrolNode(api, platform, cluster, 'service', 'svc');
  const hook = { name: 'odd', url: 'https://example.com/\\N\\t?x=%0A', types: ['webhook.test'] };
  await api.call('POST', `/v1/orgs/${a.org}/webhooks`, hook, a.owner.token);
  await owner`insert into users (email, name) values ('odd@test.test', ${'tab\t newline\n back\\slash \\. ü😀'})`;
  await runDueJobs(api.services, [checkpointsJob]);
});
afterAll(async () => {
  await owner?.end();
  await api?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let named = 0;
async function emptyDatabase(): Promise<string> {
  named += 1;
  await owner.unsafe(`create database restored_${named}`);
  const url = new URL(database.ownerUrl);
  url.pathname = `restored_${named}`;
  return url.href;
}
async function contents(url: string): Promise<Record<string, unknown[]>> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const tables = await tablesInOrder(sql);
    const rows = await Promise.all(
      tables.map(async (table) => {
        const columns = await columnsOf(sql, table);
        const found = await sql`select ${sql(table)}::text as row from ${sql(table)} order by 1`;
        return [table, [columns, ...found.map(({ row }) => row)]];
      }),
    );
    const sequences = await sql`select sequencename, last_value from pg_sequences order by 1`;
    const forced =
      await sql`select relname, relforcerowsecurity from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
    const triggers =
      await sql`select tgrelid::regclass::text as t, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2`;
    return {
      ...Object.fromEntries(rows),
      sequences: [...sequences],
      forced: [...forced],
      triggers: [...triggers],
    };
  } finally {
    await sql.end();
  }
}

test('restored into an empty database every row is the same, and the control plane works on it', async () => {
  const file = path('whole');
  const made = await createBackup(database.ownerUrl, file, { recipient }, new Date());
  expect(made.rows['users']).toBe(4);
  expect(await readBackup(readSealed(file, { identity }), {})).toEqual(made);
  const url = await emptyDatabase();
  expect(await restoreBackup(url, file, { identity })).toEqual(made);
  expect(await contents(url)).toEqual(await contents(database.ownerUrl));
  const apiUrl = new URL(database.apiUrl);
  apiUrl.pathname = new URL(url).pathname;
  await using restored = new ControlApi({ ...database, apiUrl: apiUrl.href });
  const { accessToken } = await restored.signIn(a.owner.email, 'a long enough password');
  const made2 = { name: 'after', egressPool: 'pool', target: { protocol: 'tcp', host: 'h', port: 1 } };
  expect((await restored.call('POST', `/v1/orgs/${a.org}/resources`, made2, accessToken)).status).toBe(201);
  const { body } = await restored.call('GET', `/v1/orgs/${a.org}/audit/export`, undefined, accessToken);
  const keys = (await restored.call('GET', '/v1/audit/keys', undefined, accessToken)).body;
  const lines = (async function* () {
    yield* (body as string).trimEnd().split('\n');
  })();
  expect(await verifyExport(lines, keys, restored.now)).toMatchObject({ ok: true, checkpoints: 1 });
});

test('what is made for a recipient only its identity opens, what is made for a passphrase only that', async () => {
  const other = new Secret(await generateIdentity());
  const made = await createBackup(database.ownerUrl, path('key'), { recipient }, new Date());
  await createBackup(database.ownerUrl, path('phrase'), { passphrase }, new Date());
  const reading = (name: string, key: Parameters<typeof readSealed>[1]) =>
    readBackup(readSealed(path(name), key), {});
  expect(await reading('key', { identity })).toEqual(made);
  expect(await reading('phrase', { passphrase })).toEqual(made);
  const wrong = [
    ['key', { identity: other }],
    ['key', { passphrase }],
    ['phrase', { identity }],
    ['phrase', { passphrase: new Secret('correct horse battery stable') }],
  ] as const;
  for (const [name, key] of wrong)
    await expect(reading(name, key)).rejects.toMatchObject({ code: 'backup_invalid' });
});

test('a file that was changed, cut off or lengthened is refused, and the database stays empty', async () => {
  const file = path('victim');
  await createBackup(database.ownerUrl, file, { recipient }, new Date());
  const whole = readFileSync(file);
  const url = await emptyDatabase();
  const flipped = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const broken = [
    flipped(30),
    flipped(Math.floor(whole.length / 2)),
    flipped(whole.length - 1),
    whole.subarray(0, whole.length - 1),
    whole.subarray(0, Math.floor(whole.length / 2)),
    Buffer.concat([whole, Buffer.from('x')]),
    Buffer.from('nonsense'),
    Buffer.alloc(0),
  ];
  for (const [n, octets] of broken.entries()) {
    writeFileSync(path('broken'), octets);
    await expect(restoreBackup(url, path('broken'), { identity }), String(n)).rejects.toMatchObject({
      code: 'backup_invalid',
    });
  }
  const sql = postgres(url, { max: 1 });
  expect(
    (await sql`select 1 from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`).length,
  ).toBe(0);
  await sql.end();
});

test('is refused where something is already, and never writes over a file', async () => {
  const file = path('again');
  await createBackup(database.ownerUrl, file, { recipient }, new Date());
  await expect(restoreBackup(database.ownerUrl, file, { identity })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(createBackup(database.ownerUrl, file, { recipient }, new Date())).rejects.toThrow('exists');
  expect(await readBackup(readSealed(file, { identity }), {})).toMatchObject({ rows: { users: 4 } });
});

test('one that may not see all rows makes no backup rather than half of one', async () => {
  await expect(createBackup(database.apiUrl, path('half'), { recipient }, new Date())).rejects.toThrow();
  expect(existsSync(path('half'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('neither the master key nor a secret in the clear is in it', async () => {
  const lines = await Array.fromAsync(readSealed(path('whole'), { identity }));
  const text = lines.join('\n');
  for (const secret of [MASTER_KEY, 'secret of org-a', 'a long enough password'])
    expect(text).not.toContain(secret);
  expect(readFileSync(path('whole')).toString('latin1')).not.toContain('fabric-backup');
});

test('a backup of an older migration is restored, then brought up to date', async () => {
  const [first, second] = readJournal().entries;
  const url = await emptyDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  for (const { tag } of [first, second].filter((entry) => entry !== undefined)) {
    const text = readFileSync(new URL(`../../schema/migrations/${tag}.sql`, import.meta.url), 'utf8');
    for (const statement of text.split('--> statement-breakpoint')) await sql.unsafe(statement);
  }
  await sql`create schema drizzle`;
  await sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${String(second?.when)})`;
  await sql`insert into audit (org_id, actor, action, request_id) values (null, 'x', 'old', 'r')`;
  await sql.end();
  await createBackup(url, path('old'), { recipient }, new Date());
  const fresh = await emptyDatabase();
  await restoreBackup(fresh, path('old'), { identity });
  const restored = postgres(fresh, { max: 1 });
  expect(await restored`select seq::int, action from audit`).toMatchObject([{ seq: 1, action: 'old' }]);
  await restored.end();
});
