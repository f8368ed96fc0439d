/** The command line's commands about an organization, as a person and as a service account with a key, against a control API that listens. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SECRET_KEY } from './database.ts';
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

function fabric(args: readonly string[], key?: string, input = ''): Promise<Ran> {
  const own = key === undefined ? {} : { FABRIC_API_KEY: key, FABRIC_API: url };
  const env = { ...process.env, FABRIC_HOME: join(folder, key === undefined ? 'person' : 'key'), ...own };
  return new Promise((resolve) => {
    const child = execFile(FABRIC, args, { env }, (error, out, err) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

async function json(args: readonly string[], key?: string, input?: string) {
  const { status, out, err } = await fabric([...args, '--json'], key, input);
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
