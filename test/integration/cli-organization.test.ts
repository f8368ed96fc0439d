/** The command line's commands about an organization, as a person and as a service account with a key, against a control API that listens. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLATFORM_OWNER, SECRET_KEY } from './database.ts';
import { makeWorld, type World } from './tenancy-world.ts';

const FABRIC = fileURLToPath(new URL('../../fabric', import.meta.url));
const PASSWORD = 'a long enough password';

let world: World;
let server: ReturnType<typeof serve>;
let folder: string;
let url: string;

beforeAll(async () => {
  world = await makeWorld(['organization_admin']);
  server = serve({ fetch: world.api.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  folder = mkdtempSync(join(tmpdir(), 'fabric-cli-'));
});
afterAll(async () => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Whose settings are used where no key is given. */
type Home = 'person' | 'platform';

function fabric(args: readonly string[], key?: string, input = '', home: Home = 'person'): Promise<Ran> {
  const own = key === undefined ? {} : { FABRIC_API_KEY: key, FABRIC_API: url };
  const env = { ...process.env, FABRIC_HOME: join(folder, key === undefined ? home : 'key'), ...own };
  return new Promise((resolve) => {
    const child = execFile(FABRIC, args, { env }, (error, out, err) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

async function json(args: readonly string[], key?: string, input?: string, home?: Home) {
  const { status, out, err } = await fabric([...args, '--json'], key, input, home);
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status} ${err}`);
  return JSON.parse(out);
}

test('a person makes roles, groups, members, grants and keys, and takes them back', async () => {
  const email = 'organization_owner@org-a.test';
  const login = ['login', '--api', url, '--email', email, '--password-stdin', '--secret-key-stdin'];
  await json(login, undefined, `${PASSWORD}\n${SECRET_KEY}\n`);
  await json([
    'roles',
    'create',
    'desk',
    '--permission',
    'organization.read',
    '--permission',
    'resources.use',
  ]);
  expect((await fabric(['roles'])).out).toMatch(/desk +own +organization\.read resources\.use/);
  const ada = await json(['members', 'add', 'ada@a.test', '--name', 'Ada', '--role', 'desk']);
  expect(ada).toMatchObject({ email: 'ada@a.test', role: 'desk' });
  expect((await world.api.join(ada.invitation, 'ada@a.test', PASSWORD)).status).toBe(204);
  expect(await json(['members', 'set-role', 'ada@a.test', 'organization_user'])).toMatchObject({
    role: 'organization_user',
  });
  await json(['groups', 'create', 'ops']);
  await json(['groups', 'add', 'ops', 'ada@a.test']);
  await json(['groups', 'set-role', 'ops', 'desk']);
  expect((await fabric(['groups'])).out).toMatch(/ops +desk +ada@a\.test/);
  const give = ['grants', 'add', '--group', 'ops', '--resource', 'shell', '--channel', 'terminal:receive'];
  const hours = ['--days', 'mon,fri', '--from', '08:00', '--to', '18:00', '--time-zone', 'Europe/Berlin'];
  const made = await json([...give, ...hours]);
  expect(made.channels).toEqual({ terminal: { send: false, receive: true } });
  const listed = (await fabric(['grants'])).out;
  expect(listed).toContain('terminal:receive');
  expect(listed).toContain('mon,fri 08:00-18:00 Europe/Berlin');
  await json(['grants', 'revoke', made.id]);
  const label = await json(['grants', 'add', '--role', 'desk', '--label', 'env=test']);
  expect(label.on).toEqual({ matchLabels: { env: 'test' } });
  await json(['members', 'remove', 'ada@a.test']);
  expect((await fabric(['members'])).out).not.toContain('ada@a.test');
});

test('a key that was made is shown once, works from the environment, and never on the command line', async () => {
  const made = await json(['api-keys', 'create', 'ci', '--role', 'organization_admin', '--name', 'build']);
  expect(made.key).toMatch(/^fabk_/);
  expect((await fabric(['api-keys'])).out).not.toContain(made.key);
  expect((await fabric(['api-keys'])).out).toMatch(/ci +build/);
  const { members } = await json(['members'], made.key);
  expect(members.length).toBeGreaterThan(2);
  expect((await json(['resources'], made.key)).resources).toEqual([]);
  const person = await fabric(['whoami'], made.key);
  expect([person.status, person.err]).toEqual([1, expect.stringContaining('a key is no person')]);
  const keys = await fabric(['api-keys'], made.key);
  expect([keys.status, keys.err]).toEqual([1, expect.stringContaining('api-keys.manage')]);
  await json(['api-keys', 'revoke', made.id]);
  const late = await fabric(['members'], made.key);
  expect([late.status, late.err]).toEqual([1, expect.stringContaining('token_invalid')]);
  expect(readFileSync(join(folder, 'person', 'settings.json'), 'utf8')).not.toContain('fabk_');
});

test('what is asked wrongly says what is there, and a broken key is not repeated', async () => {
  const role = await fabric(['groups', 'add', 'nowhere', 'organization_user@org-a.test']);
  expect([role.status, role.err]).toEqual([1, expect.stringContaining('there are: ops, people')]);
  const both = await fabric(['grants', 'add', '--user', 'a@a.test', '--role', 'desk', '--label', 'a=b']);
  expect([both.status, both.err]).toEqual([1, expect.stringContaining('cannot be used with')]);
  const broken = await fabric(['members'], 'fabk_secret-that-is-cut');
  expect(broken.status).toBe(1);
  expect(broken.err).not.toContain('secret-that-is-cut');
});

const asPlatform = (args: readonly string[]) => json(args, undefined, '', 'platform');

test('sessions of everybody are listed, filtered and ended with a reason; what ends for good is asked for first', async () => {
  const { a } = world;
  const mine = await json(['sessions']);
  expect(mine.sessions).toEqual([]);
  const all = await json(['sessions', '--all']);
  expect(all.sessions.map(({ id }: { id: string }) => id)).toContain(a.ids['session']);
  const who = 'organization_user@org-a.test';
  const table = (await fabric(['sessions', '--holder', who, '--resource', 'shell', '--state', 'live'])).out;
  expect(table).toMatch(new RegExp(`${a.ids['session']} +${who} +shell +active`));
  const end = ['sessions', 'end', String(a.ids['session']), '--reason', 'gone home'];
  const unsure = await fabric(end);
  expect([unsure.status, unsure.err]).toEqual([1, expect.stringContaining('say --yes if it is meant')]);
  await json([...end, '--yes']);
  const over = await json(['sessions', '--state', 'over', '--holder', who]);
  expect(over.sessions[0]).toMatchObject({ state: 'terminated', reason: 'gone home' });
  const foreign = await fabric(['sessions', 'end', String(world.b.ids['session']), '--reason', 'x', '--yes']);
  expect([foreign.status, foreign.err]).toEqual([1, expect.stringContaining('(not_found)')]);
});

test('webhooks are made, looked into and removed; the secret is shown once', async () => {
  const made = await json(['webhooks', 'create', 'siem', '--url', 'https://siem.test/', '--type', 'sign-in']);
  expect(made).toMatchObject({ name: 'siem', types: ['sign-in'], secret: expect.stringMatching(/^whsec_/) });
  await json(['webhooks', 'switch-off', 'siem']);
  const listed = (await fabric(['webhooks'])).out;
  expect(listed).toMatch(/siem +https:\/\/siem\.test\/ +sign-in +off/);
  expect(listed).not.toContain(made.secret);
  const { deliveries } = await json(['webhooks', 'deliveries', 'hook', '--limit', '200']);
  const [delivery] = deliveries;
  expect(await json(['webhooks', 'redeliver', 'hook', delivery.id])).toEqual({ redelivered: delivery.id });
  expect((await fabric(['webhooks', 'remove', 'siem'])).err).toContain('say --yes');
  await json(['webhooks', 'remove', 'siem', '--yes']);
  expect((await fabric(['webhooks', 'test', 'siem'])).err).toContain(
    'there is no webhook siem; there are: hook',
  );
});

test("labels, quotas, invitations and lent access are the organization's own to see and change", async () => {
  await json(['resources', 'label', 'shell', 'env=test', 'team=ops']);
  expect((await json(['resources', 'label', 'shell', 'team-'])).labels).toEqual({ env: 'test' });
  expect((await fabric(['resources', 'inventory'])).out).toMatch(
    /shell +ssh +10\.0\.0\.9:22 +pool +env=test/,
  );
  expect((await json(['quotas'])).limits.members).toBe(500);
  const { invitation } = await json(['invite', 'declines@a.test']);
  await json(['decline', '--api', url, '--invitation-stdin'], undefined, invitation.token);
  await json(['invite', 'new@a.test']);
  const waiting = (await fabric(['invitations'])).out;
  expect(waiting).toMatch(/new@a\.test +organization_user/);
  expect(waiting).not.toContain('declines@a.test');
  await json(['invitations', 'revoke', 'new@a.test']);
  expect((await fabric(['invitations'])).out).not.toContain('new@a.test');
  const why = ['--role', 'organization_auditor', '--reason', 'ticket 17'];
  const lent = await json(['support-access', 'lend', 'platform_admin@test.test', ...why, '--hours', '2']);
  expect(Date.parse(lent.expiresAt) - Date.parse(lent.createdAt)).toBe(7_200_000);
  await json(['support-access', 'end', lent.id]);
  expect((await fabric(['support-access'])).out).toMatch(/ticket 17/);
});

test("the platform's people make organizations and administrators, set limits, and bring nodes in", async () => {
  const { email, password } = PLATFORM_OWNER;
  const login = ['login', '--api', url, '--email', email, '--password-stdin', '--secret-key-stdin'];
  await json(login, undefined, `${password}\n${SECRET_KEY}\n`, 'platform');
  await asPlatform(['organizations', 'create', 'acme', '--cluster', 'zq-cluster']);
  expect(
    (await asPlatform(['organizations'])).organizations.map(({ name }: { name: string }) => name),
  ).toContain('acme');
  const limited = await asPlatform([
    'organizations',
    'set-quotas',
    'acme',
    'members=5',
    'sessions=7',
    'kilobytesPerSecond=900',
  ]);
  expect(limited.limits).toMatchObject({ members: 5, sessions: 7, resources: 2000 });
  expect((await asPlatform(['organizations', 'quotas', 'acme'])).limits).toMatchObject({
    members: 5,
    kilobytesPerSecond: 900,
  });
  const wrong = await fabric(['organizations', 'set-quotas', 'acme', 'chairs=5'], undefined, '', 'platform');
  expect([wrong.status, wrong.err]).toEqual([1, expect.stringContaining('chairs')]);
  const bob = ['bob@platform.test', '--role', 'platform_admin', '--name', 'Bob'];
  expect((await asPlatform(['administrators', 'add', ...bob])).invitation.url).toContain('/#/join/fbi_');
  await asPlatform(['administrators', 'remove', 'bob@platform.test', '--yes']);
  await asPlatform(['cluster', 'create', 'eu-two', '--origin', 'https://fabric.example.com']);
  const unsure = await fabric(['node', 'list'], undefined, '', 'platform');
  expect(unsure.err).toMatch(/say which: --cluster NAME.*eu-two/);
  const { nodes } = await asPlatform(['node', 'list', '--cluster', 'zq-cluster']);
  expect(nodes.map(({ name }: { name: string }) => name)).toContain('zq-service');
  const where = ['--cluster', 'eu-two'];
  const token = await asPlatform(['node', 'token', 'create', ...where, '--role', 'service', '--pool', 'p']);
  expect(token.token).toMatch(/^fbb_/);
  await asPlatform(['node', 'token', 'revoke', token.id, ...where, '--yes']);
  expect(await asPlatform(['audit', 'retention', '--platform'])).toEqual({ days: null });
  expect((await fabric(['audit', 'retention', '90', '--platform'], undefined, '', 'platform')).err).toContain(
    'say --yes',
  );
  expect(await asPlatform(['audit', 'retention', '90', '--platform', '--yes'])).toEqual({ days: 90 });
});
