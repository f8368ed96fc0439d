/** Who may give what to whom, what ends when it is taken away, keys, lent access and limits: against a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCounts, redisLimits } from '../../edge/limits.ts';
import { ControlApi, clientKey } from './control-api.ts';
import { makeWorld, type World } from './tenancy-world.ts';

const PASSWORD = 'a long enough password';
const DAY_MS = 86_400_000;

let world: World;
let at: string;
let owner: string;
let admin: string;

beforeAll(async () => {
  world = await makeWorld();
  at = `/v1/orgs/${world.a.org}`;
  owner = world.a.tokens.organization_owner;
  admin = world.a.tokens.organization_admin;
});
afterAll(() => world[Symbol.asyncDispose]());

const call = (method: string, path: string, token: string, body?: object) =>
  world.api.call(method, path.startsWith('/v1') ? path : `${at}${path}`, body, token);

let made = 0;
/** A new member, signed in. */
async function newMember(role: string, by = owner) {
  const email = `member-${++made}@a.test`;
  const answer = await call('POST', '/members', by, { email, name: 'x', role, password: PASSWORD });
  const signedIn = await world.api.signIn(email, PASSWORD);
  return {
    status: answer.status,
    id: answer.body.id as string,
    email,
    ...signedIn,
    token: signedIn?.accessToken,
  };
}
const idOf = async (token: string) => (await call('GET', '/v1/me', token)).body.id as string;
const open = async (token: string, resource = world.a.ids['resource']) =>
  call('POST', '/sessions', token, { resource, key: await clientKey() });
const liveSessions = async (token: string): Promise<string[]> =>
  (await call('GET', '/sessions', token)).body.sessions.map(({ id }: { id: string }) => id);
const grant = async (to: object, on: object, more: object = {}) =>
  (await call('POST', '/grants', owner, { to, on, ...more })).body.id as string;
const reachable = async (token: string): Promise<string[]> =>
  (await call('GET', '/resources', token)).body.resources.map(({ name }: { name: string }) => name);

describe('roles', () => {
  test('nobody gives what they do not hold: an admin neither makes, changes nor removes an owner', async () => {
    const ownerId = await idOf(owner);
    const give = { email: 'new-owner@a.test', name: 'x', role: 'organization_owner', password: PASSWORD };
    expect((await call('POST', '/members', admin, give)).status).toBe(403);
    const demote = { role: 'organization_user' };
    expect((await call('PUT', `/members/${ownerId}/role`, admin, demote)).status).toBe(403);
    expect((await call('DELETE', `/members/${ownerId}`, admin)).status).toBe(403);
    const self = await idOf(admin);
    expect((await call('PUT', `/members/${self}/role`, admin, { role: 'organization_owner' })).status).toBe(
      403,
    );
  });

  test('the last owner can neither be removed nor step down, even when two do it at once', async () => {
    const first = await idOf(owner);
    const stepDown = { role: 'organization_admin' };
    expect((await call('DELETE', `/members/${first}`, owner)).body.code).toBe('conflict');
    expect((await call('PUT', `/members/${first}/role`, owner, stepDown)).body.code).toBe('conflict');
    const second = await newMember('organization_owner');
    const third = await newMember('organization_owner');
    const answers = await Promise.all([
      call('DELETE', `/members/${first}`, second.token),
      call('PUT', `/members/${second.id}/role`, third.token, stepDown),
      call('PUT', `/members/${third.id}/role`, owner, stepDown),
    ]);
    const { members } = (await call('GET', '/members', second.token)).body;
    const owners = members.filter(({ role }: { role: string }) => role === 'organization_owner');
    expect(owners.length).toBeGreaterThanOrEqual(1);
    expect(answers.map(({ status }) => status)).toContain(200);
    // Back to one owner with whom the others work: the first.
    const [left] = owners;
    const token = { [first]: owner, [second.id]: second.token, [third.id]: third.token }[left.id];
    if (owners.every(({ id }: { id: string }) => id !== first)) {
      const back = {
        email: 'organization_owner@org-a.test',
        name: 'x',
        role: 'organization_owner',
        password: PASSWORD,
      };
      expect((await call('POST', '/members', token, back)).status).toBe(201);
    }
    for (const { id } of [second, third]) await call('DELETE', `/members/${id}`, owner);
  });

  test("an organization's own role gives what it names, and no more than who made it holds", async () => {
    const clerk = { name: 'clerk', permissions: ['organization.read', 'members.read', 'roles.manage'] };
    expect((await call('POST', '/roles', owner, clerk)).status).toBe(201);
    expect((await call('POST', '/roles', owner, clerk)).body.code).toBe('conflict');
    const one = await newMember('clerk');
    expect((await call('GET', '/members', one.token)).status).toBe(200);
    expect((await call('GET', '/resources', one.token)).status).toBe(403);
    const more = { name: 'more', permissions: ['audit.read'] };
    expect((await call('POST', '/roles', one.token, more)).body.code).toBe('forbidden');
    const raised = { permissions: [...clerk.permissions, 'security.manage'] };
    expect((await call('PUT', '/roles/clerk', one.token, raised)).status).toBe(403);
    expect((await call('PUT', '/roles/clerk', admin, raised)).status).toBe(403);
    expect((await call('DELETE', '/roles/clerk', owner)).body.code).toBe('conflict');
    await call('PUT', '/roles/clerk', owner, { permissions: ['organization.read'] });
    expect((await call('GET', '/members', one.token)).status).toBe(403);
    await call('DELETE', `/members/${one.id}`, owner);
    expect((await call('DELETE', '/roles/clerk', owner)).status).toBe(204);
    expect(
      (
        await call('POST', '/members', owner, {
          ...clerk,
          email: 'c@a.test',
          role: 'clerk',
          password: PASSWORD,
        })
      ).status,
    ).toBe(400);
  });

  test("a group's role is everybody's in it, and only those who hold it may put people in", async () => {
    const group = (await call('POST', '/groups', owner, { name: 'auditors' })).body.id;
    await call('POST', '/roles', owner, { name: 'hr', permissions: ['members.read', 'members.manage'] });
    expect((await call('PUT', `/groups/${group}/role`, owner, { role: 'organization_owner' })).status).toBe(
      400,
    );
    expect((await call('PUT', `/groups/${group}/role`, owner, { role: 'organization_auditor' })).status).toBe(
      204,
    );
    const user = await newMember('organization_user');
    const hr = await newMember('hr');
    expect((await call('PUT', `/groups/${group}/members/${hr.id}`, hr.token)).status).toBe(403);
    expect((await call('GET', '/audit', user.token)).status).toBe(403);
    expect((await call('PUT', `/groups/${group}/members/${user.id}`, owner)).status).toBe(204);
    expect((await call('GET', '/audit', user.token)).status).toBe(200);
    expect((await call('DELETE', `/members/${user.id}`, hr.token)).status).toBe(403);
    expect((await call('DELETE', `/groups/${group}/members/${user.id}`, owner)).status).toBe(204);
    expect((await call('GET', '/audit', user.token)).status).toBe(403);
  });
});

describe('a member who is removed', () => {
  test('loses their sessions, is signed out when they belong nowhere else, and may come back', async () => {
    const gone = await newMember('organization_user');
    const { session } = (await open(gone.token)).body;
    expect(await liveSessions(gone.token)).toContain(session);
    expect((await call('DELETE', `/members/${gone.id}`, admin)).status).toBe(204);
    expect((await call('GET', '/sessions', gone.token)).status).toBe(404);
    const refreshed = await world.api.call('POST', '/v1/auth/refresh', { refreshToken: gone.refreshToken });
    expect(refreshed.status).toBe(401);
    const { entries } = (await call('GET', '/audit?limit=500', owner)).body;
    expect(entries).toContainEqual(expect.objectContaining({ action: 'session.end', subject: session }));
    const back = {
      email: gone.email,
      name: 'x',
      role: 'organization_user',
      password: 'another long password',
    };
    expect((await call('POST', '/members', admin, back)).status).toBe(201);
    // The account is still its person's: whoever adds it does not choose its password.
    expect((await world.api.signIn(gone.email, 'another long password')).accessToken).toBeUndefined();
    expect((await world.api.signIn(gone.email, PASSWORD)).accessToken).toBeDefined();
    expect(await liveSessions((await world.api.signIn(gone.email, PASSWORD)).accessToken)).not.toContain(
      session,
    );
  });

  test("another organization's people can not be taken in by their address", async () => {
    const taken = {
      email: 'organization_user@org-b.test',
      name: 'x',
      role: 'organization_user',
      password: PASSWORD,
    };
    expect((await call('POST', '/members', owner, taken)).body.code).toBe('conflict');
    const staff = { ...taken, email: 'platform_admin@test.test' };
    expect((await call('POST', '/members', owner, staff)).body.code).toBe('conflict');
  });
});

describe('grants', () => {
  const pool = { egressPool: 'pool', target: { protocol: 'tcp', host: '10.0.0.1', port: 80 } };
  const make = async (name: string, labels: object) =>
    (await call('POST', '/resources', owner, { name, labels, ...pool })).body.id as string;
  const inventory = async (name: string) =>
    (await call('GET', '/inventory', owner)).body.resources.find(
      (one: { name: string }) => one.name === name,
    );

  test('by labels they cover what has the labels, now and later', async () => {
    const { id: user, token } = await newMember('organization_user');
    await make('db-one', { kind: 'db', env: 'test' });
    await grant({ type: 'user', user }, { matchLabels: { kind: 'db', env: 'test' } });
    expect(await reachable(token)).toContain('db-one');
    const live = await make('db-live', { kind: 'db', env: 'live' });
    expect(await reachable(token)).not.toContain('db-live');
    await call('PATCH', `/resources/${live}`, owner, { labels: { kind: 'db', env: 'test' } });
    expect(await reachable(token)).toContain('db-live');
    const { session } = (await open(token, live)).body;
    await call('PATCH', `/resources/${live}`, owner, { labels: {} });
    expect(await reachable(token)).not.toContain('db-live');
    expect(await liveSessions(token)).not.toContain(session);
    expect((await open(token, live)).status).toBe(404);
  });

  test('to a group reach its people; revoked, they end their sessions, but not those another grant allows', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('shared', {});
    const group = (await call('POST', '/groups', owner, { name: 'team' })).body.id;
    await call('PUT', `/groups/${group}/members/${user}`, owner);
    const first = await grant({ type: 'group', group }, { resource });
    const second = await grant({ type: 'user', user }, { resource });
    const { session } = (await open(token, resource)).body;
    expect((await call('DELETE', `/grants/${first}`, admin)).status).toBe(204);
    expect(await liveSessions(token)).toContain(session);
    expect((await call('DELETE', `/grants/${second}`, admin)).status).toBe(204);
    expect(await liveSessions(token)).not.toContain(session);
    expect((await call('DELETE', `/grants/${second}`, admin)).status).toBe(404);
    const again = await call('POST', `/sessions/${session}/attachments`, token, { key: await clientKey() });
    expect(again.body.code).toBe('session_ended');
  });

  test('a session that keeps only part of what it was opened with is ended too', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('narrowed', {});
    const all = await grant({ type: 'user', user }, { resource });
    const control = { send: true, receive: true };
    await grant(
      { type: 'user', user },
      { resource },
      { channels: { control, stream: { send: false, receive: true } } },
    );
    const { session } = (await open(token, resource)).body;
    await call('DELETE', `/grants/${all}`, owner);
    expect(await liveSessions(token)).not.toContain(session);
    const [seen] = (await call('GET', '/resources', token)).body.resources.filter(
      ({ id }: { id: string }) => id === resource,
    );
    expect(seen.channels).toEqual({ control, stream: { send: false, receive: true } });
  });

  test('end when they expire, and hold only within their window', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('for-a-day', {});
    const other = await make('at-hours', {});
    const expiresAt = new Date(world.api.now + 60_000).toISOString();
    await grant({ type: 'user', user }, { resource }, { expiresAt });
    const today = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(world.api.now).getUTCDay()];
    const hours = { days: [today], from: '00:00', to: '00:00', timeZone: 'UTC' };
    await grant({ type: 'user', user }, { resource: other }, { window: hours });
    expect(await reachable(token)).toEqual(expect.arrayContaining(['for-a-day', 'at-hours']));
    world.api.now += 61_000;
    expect(await reachable(token)).not.toContain('for-a-day');
    world.api.now += DAY_MS;
    const later = (await world.api.signIn(`member-${made}@a.test`, PASSWORD)).accessToken;
    expect(await reachable(later)).not.toContain('at-hours');
    world.api.now -= DAY_MS + 61_000;
    const past = { to: { type: 'user', user }, on: { resource }, expiresAt: '2020-01-01T00:00:00Z' };
    expect((await call('POST', '/grants', owner, past)).status).toBe(400);
  });

  test('name channels that the resource has', async () => {
    const resource = await make('plain', {});
    const channels = { render: { send: true, receive: true } };
    const body = { to: { type: 'role', role: 'organization_user' }, on: { resource }, channels };
    expect((await call('POST', '/grants', owner, body)).body.detail).toContain('tcp has control, stream');
  });

  test('a resource with a stored credential is not pointed elsewhere without giving it again', async () => {
    const { resource } = world.a.ids;
    const { target } = await inventory('shell');
    const elsewhere = { ...target, host: '203.0.113.1' };
    expect((await call('PATCH', `/resources/${resource}`, admin, { target: elsewhere })).status).toBe(400);
    const tcp = { target: pool.target, credential: null };
    expect((await call('PATCH', `/resources/${resource}`, admin, tcp)).status).toBe(400);
    const anew = { target: elsewhere, credential: { type: 'password', password: 'x' } };
    expect((await call('PATCH', `/resources/${resource}`, admin, anew)).status).toBe(200);
    expect(JSON.stringify(await inventory('shell'))).not.toContain('password');
  });

  test('a resource that is removed takes its sessions with it', async () => {
    const { id: user, token } = await newMember('organization_user');
    const resource = await make('short-lived', {});
    await grant({ type: 'user', user }, { resource });
    const { session } = (await open(token, resource)).body;
    expect((await call('DELETE', `/resources/${resource}`, admin)).status).toBe(204);
    expect(await liveSessions(token)).not.toContain(session);
    const beat = { endpoints: [], sessions: [{ id: session, state: 'active', generation: 1 }] };
    const told = await call('POST', '/v1/node/heartbeat', await world.service.assertion(), beat);
    expect(told.body.end).toEqual([session]);
  });
});

describe('an API key', () => {
  test('is shown once, acts as its service account, and the audit trail says so', async () => {
    const { account } = world.a.ids;
    const { full } = world.a.keys;
    const listed = (await call('GET', '/api-keys', owner)).body;
    expect(JSON.stringify(listed)).not.toContain(full);
    expect((await call('POST', '/groups', full, { name: 'by-key' })).status).toBe(201);
    const { entries } = (await call('GET', '/audit', owner)).body;
    expect(entries[0]).toMatchObject({ action: 'group.create', actor: `service-account:${account}` });
    const [noted] = listed.apiKeys.filter(({ name }: { name: string }) => name === 'full');
    expect(noted.lastUsedAt === null || typeof noted.lastUsedAt === 'string').toBe(true);
    const used = (await call('GET', '/api-keys', owner)).body.apiKeys;
    expect(used.find(({ name }: { name: string }) => name === 'full').lastUsedAt).not.toBeNull();
  });

  test('never does what asks for a person, whatever its account may', async () => {
    const { full } = world.a.keys;
    const { account } = world.a.ids;
    expect((await call('GET', '/api-keys', full)).status).toBe(403);
    expect((await call('POST', '/roles', full, { name: 'x', permissions: [] })).status).toBe(403);
    expect((await call('GET', '/v1/me', full)).status).toBe(401);
    expect((await call('GET', '/v1/platform/clusters', full)).status).toBe(401);
    const beyond = { name: 'k', permissions: ['roles.manage'] };
    expect((await call('POST', `/service-accounts/${account}/keys`, owner, beyond)).status).toBe(400);
  });

  test('opens sessions that were granted to its account, and loses them with it', async () => {
    const { id: account } = (
      await call('POST', '/service-accounts', owner, { name: 'runner', role: 'organization_user' })
    ).body;
    const { key } = (await call('POST', `/service-accounts/${account}/keys`, owner, { name: 'ci' })).body;
    const { resource } = world.a.ids;
    const target = { protocol: 'tcp', host: '10.0.0.2', port: 80 };
    const own = (await call('POST', '/resources', owner, { name: 'for-robots', egressPool: 'pool', target }))
      .body.id;
    expect((await open(key, own)).status).toBe(404);
    await grant({ type: 'service_account', serviceAccount: account }, { resource: own });
    expect(await reachable(key)).toEqual(expect.arrayContaining(['for-robots']));
    const { session } = (await open(key, own)).body;
    expect(await liveSessions(key)).toContain(session);
    expect((await call('DELETE', `/sessions/${session}`, world.a.tokens.organization_user)).status).toBe(404);
    expect((await call('DELETE', `/service-accounts/${account}`, owner)).status).toBe(204);
    expect((await call('GET', '/sessions', key)).body.code).toBe('token_invalid');
    const { entries } = (await call('GET', '/audit', owner)).body;
    expect(entries).toContainEqual(expect.objectContaining({ action: 'session.end', subject: session }));
    expect(resource).toBeDefined();
  });

  test('is good only from where it says, only with its whole secret, and only while the organization takes keys', async () => {
    const { account } = world.a.ids;
    const here = { name: 'here', sources: ['203.0.113.0/24'] };
    const { key } = (await call('POST', `/service-accounts/${account}/keys`, owner, here)).body;
    const from = (address: string, token = key) =>
      world.api.call('GET', at, undefined, token, { 'cf-connecting-ip': address });
    expect((await from('203.0.113.9')).status).toBe(200);
    expect((await from('198.51.100.9')).status).toBe(403);
    const other = key.at(-2) === 'A' ? 'B' : 'A';
    expect((await from('203.0.113.9', `${key.slice(0, -2)}${other}${key.at(-1)}`)).body.code).toBe(
      'token_invalid',
    );
    await call('PATCH', at, owner, { features: { apiKeys: false } });
    expect((await from('203.0.113.9')).status).toBe(403);
    await call('PATCH', at, owner, { features: { apiKeys: true } });
    expect((await from('203.0.113.9')).status).toBe(200);
  });

  test('loses at once what its account loses', async () => {
    await call('POST', '/roles', owner, {
      name: 'reader',
      permissions: ['organization.read', 'members.read'],
    });
    const { id } = (await call('POST', '/service-accounts', owner, { name: 'eyes', role: 'reader' })).body;
    const { key } = (await call('POST', `/service-accounts/${id}/keys`, owner, { name: 'k' })).body;
    expect((await call('GET', '/members', key)).status).toBe(200);
    await call('PUT', '/roles/reader', owner, { permissions: ['organization.read'] });
    expect((await call('GET', '/members', key)).status).toBe(403);
  });
});

describe("the platform's people", () => {
  const email = 'platform_admin@test.test';
  const lend = (more: object = {}) =>
    call('POST', '/support-access', owner, {
      email,
      role: 'organization_operator',
      reason: 'ticket 7',
      ...more,
    });

  test('enter an organization only with access that its owner lent, for its time, and the trail shows it', async () => {
    const { platform_admin: support } = world.platform;
    expect((await call('GET', '/members', support)).status).toBe(404);
    const refused = { email, role: 'organization_operator', reason: 'x' };
    expect((await call('POST', '/support-access', admin, refused)).status).toBe(403);
    const { id } = (await lend({ expiresIn: 120 })).body;
    expect((await call('GET', '/members', support)).status).toBe(200);
    expect((await call('GET', '/resources', support)).status).toBe(403);
    expect((await open(support)).status).toBe(403);
    const { entries } = (await call('GET', '/audit', owner)).body;
    const uses = entries.filter(({ action }: { action: string }) => action === 'support-access.use');
    expect(uses).toHaveLength(1);
    expect(uses[0].subject).toBe(id);
    world.api.now += 121_000;
    expect((await call('GET', '/members', support)).status).toBe(404);
    world.api.now -= 121_000;
    expect((await call('DELETE', `/support-access/${id}`, owner)).status).toBe(204);
    expect((await call('GET', '/members', support)).status).toBe(404);
  });

  test('are lent nothing when the organization switched that off, and nobody else is lent anything', async () => {
    await call('PATCH', at, owner, { features: { supportAccess: false } });
    expect((await lend()).status).toBe(403);
    await call('PATCH', at, owner, { features: { supportAccess: true } });
    expect((await lend({ email: 'organization_user@org-b.test' })).status).toBe(404);
    expect((await lend({ role: 'organization_owner' })).status).toBe(400);
  });

  test('set up an organization only while it has no owner', async () => {
    const { platform_owner: root, platform_admin: other } = world.platform;
    const body = { name: 'org-new', cluster: world.cluster };
    const org = (await call('POST', '/v1/platform/organizations', root, body)).body.id;
    const first = { email: 'first@new.test', name: 'x', role: 'organization_owner', password: PASSWORD };
    expect((await call('POST', `/v1/orgs/${org}/members`, other, first)).status).toBe(404);
    expect((await call('GET', `/v1/orgs/${org}/inventory`, root)).status).toBe(403);
    expect((await call('POST', `/v1/orgs/${org}/members`, root, first)).status).toBe(201);
    expect((await call('GET', `/v1/orgs/${org}/members`, root)).status).toBe(404);
    const second = { ...first, email: 'second@new.test' };
    expect((await call('POST', `/v1/orgs/${org}/members`, root, second)).status).toBe(404);
  });

  test('an administrator who is removed can do nothing more, with the token they still have', async () => {
    const { platform_owner: root } = world.platform;
    const new_ = { email: 'brief@test.test', role: 'platform_admin', name: 'x', password: PASSWORD };
    const { id } = (await call('POST', '/v1/platform/administrators', root, new_)).body;
    const { accessToken: token } = await world.api.signIn(new_.email, PASSWORD);
    expect((await call('GET', '/v1/platform/clusters', token)).status).toBe(200);
    expect((await call('POST', '/v1/platform/administrators', token, new_)).status).toBe(403);
    expect((await call('DELETE', `/v1/platform/administrators/${id}`, root)).status).toBe(204);
    expect((await call('GET', '/v1/platform/clusters', token)).status).toBe(403);
    const self = await idOf(root);
    expect((await call('DELETE', `/v1/platform/administrators/${self}`, root)).body.code).toBe('conflict');
  });
});

describe('limits', () => {
  const limit = (quotas: object) =>
    call('PATCH', `/v1/platform/organizations/${world.b.org}/quotas`, world.platform.platform_admin, quotas);
  const ofB = (method: string, path: string, body?: object) =>
    call(method, `/v1/orgs/${world.b.org}${path}`, world.b.tokens.organization_owner, body);

  test('of each thing are held, and named when they are reached; only the platform sets them', async () => {
    const { used } = (await ofB('GET', '/quotas')).body;
    expect(used.members).toBe(5);
    await limit({ ...used, sessions: used.sessions });
    const member = { email: 'one-more@b.test', name: 'x', role: 'organization_user', password: PASSWORD };
    const target = { protocol: 'tcp', host: 'h', port: 1 };
    const tries = {
      members: await ofB('POST', '/members', member),
      resources: await ofB('POST', '/resources', { name: 'one-more', egressPool: 'pool', target }),
      apiKeys: await ofB('POST', `/service-accounts/${world.b.ids['account']}/keys`, { name: 'one-more' }),
      sessions: await call('POST', `/v1/orgs/${world.b.org}/sessions`, world.b.tokens.organization_user, {
        resource: world.b.ids['resource'],
        key: await clientKey(),
      }),
    };
    for (const [name, { status, body }] of Object.entries(tries)) {
      expect([name, status, body.code]).toEqual([name, 429, 'quota_exceeded']);
      expect(body.detail).toContain(`"${name}"`);
    }
    expect((await call('PATCH', `/v1/platform/organizations/${world.b.org}/quotas`, owner, {})).status).toBe(
      403,
    );
    await limit({ members: used.members + 1 });
    expect((await ofB('POST', '/members', member)).status).toBe(201);
  });

  test('hold when two ask for the last place at once', async () => {
    const { used } = (await ofB('GET', '/quotas')).body;
    await limit({ resources: used.resources + 1 });
    const target = { protocol: 'tcp', host: 'h', port: 1 };
    const names = ['race-1', 'race-2', 'race-3'];
    const answers = await Promise.all(
      names.map((name) => ofB('POST', '/resources', { name, egressPool: 'pool', target })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429]);
  });

  test('of requests are counted per person, address and organization, also without Redis', async () => {
    const { database, b } = world;
    let now = world.api.now;
    const limits = redisLimits('http://127.0.0.1:9', 'x', new LocalCounts(), () => now);
    await using own = new ControlApi(database, limits);
    own.now = now + 60_000;
    await limit({ requestsPerMinute: 10 });
    const asked = () => own.call('GET', `/v1/orgs/${b.org}`, undefined, b.tokens.organization_owner);
    const codes = [];
    for (let i = 0; i < 7; i += 1) codes.push((await asked()).body.code ?? 'ok');
    // Half of ten: without Redis each process allows the stricter share.
    expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'quota_exceeded', 'quota_exceeded']);
    now += 61_000;
    expect((await asked()).status).toBe(200);
    await limit({ requestsPerMinute: 6_000 });
    const flood = () => own.call('GET', '/v1/me', undefined, 'nonsense', { 'cf-connecting-ip': '192.0.2.1' });
    const refused = [];
    for (let i = 0; i < 155; i += 1) refused.push((await flood()).body.code);
    expect(refused[0]).toBe('token_invalid');
    expect(refused.at(-1)).toBe('rate_limited');
    expect(world.api.limited.some((line) => line.startsWith('requests-person '))).toBe(true);
    expect(world.api.limited.some((line) => line.startsWith('requests-key '))).toBe(true);
  });
});

test("an organization's looks and language are its own, and a picture is never a document that runs", async () => {
  const branding = { displayName: 'Org A', colour: '#aa3300', logo: 'data:image/png;base64,iVBORw0KGgo=' };
  const changed = await call('PATCH', at, owner, { branding, locale: 'de-CH' });
  expect(changed.body).toMatchObject({ branding, locale: 'de-CH', features: { apiKeys: true } });
  expect((await call('GET', at, world.a.tokens.organization_user)).body).toEqual(changed.body);
  for (const wrong of [
    { branding: { logo: 'data:image/svg+xml;base64,PHN2Zz4=' } },
    { branding: { colour: 'red;background:url(x)' } },
    { locale: 'no such language' },
    { features: { unknown: true } },
  ])
    expect((await call('PATCH', at, owner, wrong)).status, JSON.stringify(wrong)).toBe(400);
});
