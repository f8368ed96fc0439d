/** Who may give what to whom, and who enters an organization from outside: against a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Calls, PASSWORD } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let call: Calls['call'];
let newMember: Calls['newMember'];
let idOf: Calls['idOf'];
let open: Calls['open'];
let liveSessions: Calls['liveSessions'];
let owner: string;
let admin: string;
let at: string;

beforeAll(async () => {
  world = await makeWorld(['organization_admin']);
  ({ call, newMember, idOf, open, liveSessions, owner, admin, at } = new Calls(world));
});
afterAll(() => world[Symbol.asyncDispose]());

describe('roles', () => {
  test('nobody gives what they do not hold: an admin neither makes, changes nor removes an owner', async () => {
    const ownerId = await idOf(owner);
    const give = { email: 'new-owner@a.test', name: 'x', role: 'organization_owner' };
    expect((await call('POST', '/members', admin, give)).status).toBe(403);
    const demote = { role: 'organization_user' };
    expect((await call('PUT', `/members/${ownerId}/role`, admin, demote)).status).toBe(403);
    expect((await call('DELETE', `/members/${ownerId}`, admin)).status).toBe(403);
    const self = await idOf(admin);
    expect((await call('PUT', `/members/${self}/role`, admin, { role: 'organization_owner' })).status).toBe(
      403,
    );
  });

  test('one is told what one may do, by role and group, and a stranger not even that there is an organization', async () => {
    const told = (token: string) => call('GET', `/v1/me/organizations/${world.a.org}`, token);
    const member = await newMember('organization_user');
    const before = (await told(member.token)).body;
    expect(before).toMatchObject({ name: 'org-a', role: 'organization_user' });
    expect(before.permissions.sort()).toEqual(['events.read', 'organization.read', 'resources.use']);
    const { id } = (await call('POST', '/groups', owner, { name: 'watchers' })).body;
    await call('PUT', `/groups/${id}/role`, owner, { role: 'organization_auditor' });
    await call('PUT', `/groups/${id}/members/${member.id}`, owner);
    expect((await told(member.token)).body.permissions).toContain('audit.read');
    expect((await told(world.b.tokens.organization_owner)).body.code).toBe('not_found');
    await call('DELETE', `/members/${member.id}`, owner);
    expect((await told(member.token)).status).toBeGreaterThanOrEqual(401);
  });

  test('the last owner can neither be removed nor step down, even when two do it at once', async () => {
    const first = await idOf(owner);
    const stepDown = { role: 'organization_admin' };
    expect((await call('DELETE', `/members/${first}`, owner)).body.code).toBe('conflict');
    expect((await call('PUT', `/members/${first}/role`, owner, stepDown)).body.code).toBe('conflict');
    const second = await newMember('organization_owner');
    const third = await newMember('organization_owner');
    const answers = await Promise.all([
      call('PUT', `/members/${first}/role`, second.token, stepDown),
      call('PUT', `/members/${second.id}/role`, third.token, stepDown),
      call('DELETE', `/members/${third.id}`, owner),
    ]);
    // One who was removed is signed out: it is an owner who is left that is asked.
    const asked = await Promise.all(
      [owner, second.token, third.token].map((token) => call('GET', '/members', token)),
    );
    const { members } = asked.find(({ status }) => status === 200)?.body ?? {};
    const owners = members.filter(({ role }: { role: string }) => role === 'organization_owner');
    expect(owners.length).toBeGreaterThanOrEqual(1);
    expect(answers.some(({ status }) => status < 300)).toBe(true);
    // Back to one owner with whom the others work: the first.
    const [left] = owners;
    const token = { [first]: owner, [second.id]: second.token, [third.id]: third.token }[left.id] ?? owner;
    if (owners.every(({ id }: { id: string }) => id !== first)) {
      const back = await call('PUT', `/members/${first}/role`, token, { role: 'organization_owner' });
      expect(back.status).toBe(200);
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
    expect((await call('GET', '/sessions', gone.token)).body.code).toBe('token_invalid');
    const refreshed = await world.api.call('POST', '/v1/auth/refresh', { refreshToken: gone.refreshToken });
    expect(refreshed.status).toBe(401);
    const { entries } = (await call('GET', '/audit?limit=500', owner)).body;
    expect(entries).toContainEqual(expect.objectContaining({ action: 'session.end', subject: session }));
    const back = {
      email: gone.email,
      name: 'x',
      role: 'organization_user',
    };
    const again = await call('POST', '/members', admin, back);
    // The account is still its person's: whoever adds it gets no way in to it.
    expect((await world.api.join(again.body.invitation, gone.email, 'another password')).status).toBe(409);
    const { accessToken } = await world.api.signIn(gone.email, PASSWORD);
    expect((await world.api.accept(again.body.invitation, accessToken)).status).toBe(200);
    expect(await liveSessions((await world.api.signIn(gone.email, PASSWORD)).accessToken)).not.toContain(
      session,
    );
  });

  test("another organization's people who are added stay who they are there, and whoever adds them gets no way in to their account", async () => {
    const { b } = world;
    const shared = { email: 'organization_user@org-b.test', name: 'x', role: 'organization_user' };
    const made = await call('POST', '/members', owner, shared);
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect((await world.api.accept(made.body.invitation, b.tokens.organization_user)).status).toBe(200);
    expect((await call('POST', `/members/${id}/invitation`, owner, {})).body.code).toBe('forbidden');
    expect((await call('DELETE', `/members/${id}`, owner)).status).toBe(204);
    const still = await call('GET', `/v1/orgs/${b.org}`, b.tokens.organization_user);
    expect(still.status).toBe(200);
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
    const first = { email: 'first@new.test', name: 'x', role: 'organization_owner' };
    expect((await call('POST', `/v1/orgs/${org}/members`, other, first)).status).toBe(404);
    expect((await call('GET', `/v1/orgs/${org}/inventory`, root)).status).toBe(403);
    const invited = await call('POST', `/v1/orgs/${org}/members`, root, first);
    expect(invited.status).toBe(201);
    expect((await world.api.join(invited.body.invitation, first.email, PASSWORD)).status).toBe(204);
    expect((await call('GET', `/v1/orgs/${org}/members`, root)).status).toBe(404);
    const second = { ...first, email: 'second@new.test' };
    expect((await call('POST', `/v1/orgs/${org}/members`, root, second)).status).toBe(404);
  });

  test('an administrator who is removed can do nothing more, with the token they still have', async () => {
    const { platform_owner: root } = world.platform;
    const new_ = { email: 'brief@test.test', role: 'platform_admin', name: 'x' };
    const { id, invitation } = (await call('POST', '/v1/platform/administrators', root, new_)).body;
    await world.api.join(invitation, new_.email, PASSWORD);
    const { accessToken: token } = await world.api.signIn(new_.email, PASSWORD);
    expect((await call('GET', '/v1/platform/clusters', token)).status).toBe(200);
    expect((await call('POST', '/v1/platform/administrators', token, new_)).status).toBe(403);
    expect((await call('DELETE', `/v1/platform/administrators/${id}`, root)).status).toBe(204);
    expect((await call('GET', '/v1/platform/clusters', token)).body.code).toBe('token_invalid');
    const self = await idOf(root);
    expect((await call('DELETE', `/v1/platform/administrators/${self}`, root)).body.code).toBe('conflict');
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
