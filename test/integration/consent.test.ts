/** Membership begins when the person accepts: nobody is made a member, or seen, by an organization that they did not agree to join. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finish } from '../../edge/sso/finish.ts';
import { admit } from '../../edge/sso/provision.ts';
import { ProviderSettings, RoleMapping } from '../../schema/api/sso.ts';
import { IdentityProviderId, OrgId, UserId } from '../../schema/ids.ts';
import { users } from '../../schema/tables/index.ts';
import { PASSWORD, SignInWorld } from './sign-in-world.ts';
import { provider } from './tenancy-estate.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await SignInWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const ofB = (method: string, path: string, body?: object) =>
  world.api.call(method, `/v1/orgs/${world.b.org}${path}`, body, world.b.owner.token);
const invite = async (email: string, role = 'organization_user') =>
  (await ofB('POST', '/members', { email, name: 'As Typed', role })).body;
const tokenOf = async (email: string): Promise<string> =>
  (await world.api.signIn(email, PASSWORD)).accessToken;
const look = async (token: string) => (await world.api.call('POST', '/v1/auth/invitation', { token })).body;
const membersOfB = async (): Promise<string> => JSON.stringify((await ofB('GET', '/members')).body);

/** As the callback of A's provider ends. */
async function vouchedByA(user: string): Promise<string> {
  const { services } = world.api;
  const who = { user: UserId.parse(user), org: OrgId.parse(world.a.org) };
  const origin = { region: null, agent: 'test', requestId: 'test' };
  return (await services.db.platform((tx) => finish(tx, services, who, origin))).accessToken;
}

/** Someone of A, whose account has a name of its own. */
async function somebody() {
  const person = await world.newcomer();
  const name = `Own Name ${person.id}`;
  await world.api.services.db.platform((tx) =>
    tx.update(users).set({ name }).where(eq(users.email, person.email)),
  );
  return { ...person, name };
}

test('before they accept, the organization sees no member, no name and no device, whether there is an account or not', async () => {
  const person = await somebody();
  const [known, unknown] = [await invite(person.email), await invite('nobody-yet@b.test')];
  expect(Object.keys(known)).toEqual(Object.keys(unknown));
  expect(Object.keys(known.invitation)).toEqual(Object.keys(unknown.invitation));
  expect([known.name, unknown.name]).toEqual(['As Typed', 'As Typed']);
  const looks = [await look(known.invitation.token), await look(unknown.invitation.token)];
  const [seenOfKnown, seenOfUnknown] = looks.map(({ email, expiresAt, ...rest }) => rest);
  expect(seenOfKnown).toEqual(seenOfUnknown);
  for (const { id, email, invitation } of [known, unknown]) {
    expect(await membersOfB()).not.toContain(email);
    for (const path of ['', '/invitation']) {
      const method = path === '' ? 'GET' : 'POST';
      const { status } = await ofB(method, `/members/${id}${path}`, method === 'POST' ? {} : undefined);
      expect([path, status]).toEqual([path, path === '' ? 404 : 201]);
    }
    expect((await look(invitation.token)).code).toBe('token_invalid');
  }
  const { invitations } = (await ofB('GET', '/invitations')).body;
  const shown = invitations.map(
    ({ id, user, createdAt, expiresAt, ...rest }: Record<string, string>) => rest,
  );
  expect(shown).toContainEqual({ email: person.email, role: 'organization_user' });
  const all = ['/members', '/invitations', '/devices', '/audit?limit=500'].map((path) => ofB('GET', path));
  const seen = JSON.stringify((await Promise.all(all)).map(({ body }) => body));
  expect(seen).not.toContain(person.name);
  const { devices } = (await ofB('GET', '/devices')).body;
  expect(devices.filter(({ user }: { user: string }) => user === person.id)).toEqual([]);
  const { organizations } = (await world.api.call('GET', '/v1/me', undefined, await tokenOf(person.email)))
    .body;
  expect(organizations).toHaveLength(1);
});

test('the person accepts once, signed in, and the organization hears of it; what they sign in with stays theirs', async () => {
  const person = await somebody();
  const { invitation } = await invite(person.email, 'organization_auditor');
  expect(await look(invitation.token)).toMatchObject({
    isOffer: true,
    name: 'As Typed',
    email: person.email,
  });
  const stolen = await world.api.join(invitation, person.email, 'a password of the thief');
  expect([stolen.status, stolen.body.code]).toEqual([409, 'conflict']);
  const token = await tokenOf(person.email);
  const accepted = await world.api.accept(invitation, token);
  const organization = { id: world.b.org, name: 'org-b', role: 'organization_auditor' };
  expect([accepted.status, accepted.body]).toEqual([200, { organization }]);
  expect((await world.api.accept(invitation, token)).body.code).toBe('token_invalid');
  expect(await membersOfB()).toContain(person.name);
  const { entries } = (await ofB('GET', '/audit?limit=500')).body;
  const actor = `user:${person.id}`;
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'member.join', subject: person.id, actor }),
  );
  expect(
    (await ofB('POST', '/members', { email: person.email, name: 'x', role: 'organization_user' })).status,
  ).toBe(409);
});

test('who declines, with an account or without, is not waited for any more; the organization hears that, and no more', async () => {
  const person = await somebody();
  const entries = [];
  for (const email of [person.email, 'never@b.test']) {
    const { id, invitation } = await invite(email);
    const decline = () => world.api.call('POST', '/v1/auth/invitation/decline', { token: invitation.token });
    expect((await decline()).status).toBe(204);
    expect((await decline()).body.code).toBe('token_invalid');
    expect((await world.api.join(invitation, email, PASSWORD)).body.code).toBe('token_invalid');
    const open = (await ofB('GET', '/invitations')).body.invitations;
    expect(open.map(({ user }: { user: string }) => user)).not.toContain(id);
    const trail = await ofB('GET', `/audit?action=invitation.decline&subject=${invitation.id}`);
    const [{ actor, reason, detail }] = trail.body.entries;
    entries.push({ actor, reason, detail });
  }
  expect(entries[0]).toEqual(entries[1]);
  expect(entries[0]?.actor).toBe('anonymous');
  const at = `/v1/orgs/${world.a.org}/members/${person.id}`;
  const wayBack = (await world.api.call('POST', `${at}/invitation`, {}, world.owner)).body;
  const { token } = wayBack;
  expect((await world.api.call('POST', '/v1/auth/invitation/decline', { token })).body.code).toBe('conflict');
});

test('two who accept at once become one member', async () => {
  const person = await somebody();
  const { invitation } = await invite(person.email);
  const token = await tokenOf(person.email);
  const raced = await Promise.all([1, 2].map(() => world.api.accept(invitation, token)));
  expect(raced.map(({ status }) => status).sort()).toEqual([200, 401]);
});

test("nobody accepts what is somebody else's, and a way back in makes nobody a member", async () => {
  const person = await somebody();
  const { invitation } = await invite(person.email);
  const wrong = await world.api.accept(invitation, world.a.user.token);
  expect([wrong.status, wrong.body.code]).toEqual([403, 'forbidden']);
  expect((await world.api.accept(invitation, await tokenOf(person.email))).status).toBe(200);
  const other = await world.newcomer();
  const at = `/v1/orgs/${world.a.org}/members/${other.id}`;
  const wayBack = (await world.api.call('POST', `${at}/invitation`, {}, world.owner)).body;
  expect(await look(wayBack.token)).toMatchObject({ isOffer: false });
  const token = await vouchedByA(other.id);
  expect((await world.api.accept(wayBack, token)).body.code).toBe('conflict');
  const { invitation: offered } = await invite(other.email);
  expect((await world.api.join(offered, other.email, 'a password of the thief')).status).toBe(409);
  expect((await world.api.accept(offered, token)).status).toBe(200);
  const late = await world.api.join(wayBack, other.email, 'a password of the thief');
  expect(late.body.code).toBe('token_invalid');
});

test('a way back in ends with the membership in whose name it was given', async () => {
  const person = await world.newcomer();
  const at = `/v1/orgs/${world.a.org}/members/${person.id}`;
  const wayBack = (await world.api.call('POST', `${at}/invitation`, {}, world.owner)).body;
  expect((await world.api.call('DELETE', at, undefined, world.owner)).status).toBe(204);
  expect((await world.api.join(wayBack, person.email, PASSWORD)).status).toBe(409);
});

test('an invitation that was revoked, replaced or is too old is refused', async () => {
  const person = await somebody();
  const first = (await invite(person.email)).invitation;
  const second = (await invite(person.email)).invitation;
  const token = await tokenOf(person.email);
  expect((await world.api.accept(first, token)).body.code).toBe('token_invalid');
  expect((await ofB('DELETE', `/invitations/${second.id}`)).status).toBe(204);
  expect((await world.api.accept(second, token)).body.code).toBe('token_invalid');
  const third = (await invite(person.email)).invitation;
  world.api.now += 7 * 86_400_000;
  expect((await world.api.accept(third, await tokenOf(person.email))).body.code).toBe('token_invalid');
  world.api.now -= 7 * 86_400_000;
  expect(await membersOfB()).not.toContain(person.email);
});

test('a role that is gone by then makes nobody a member, signed in or new', async () => {
  const role = { name: 'brief', permissions: ['organization.read'] };
  expect((await ofB('POST', '/roles', role)).status).toBe(201);
  const person = await somebody();
  const [known, unknown] = [await invite(person.email, 'brief'), await invite('late@b.test', 'brief')];
  expect((await ofB('DELETE', '/roles/brief')).status).toBe(204);
  expect((await world.api.accept(known.invitation, await tokenOf(person.email))).body.code).toBe('not_found');
  expect((await world.api.join(unknown.invitation, 'late@b.test', PASSWORD)).body.code).toBe('not_found');
  expect(await membersOfB()).not.toMatch(/late@b\.test/);
  await expect(world.api.signIn('late@b.test', PASSWORD)).rejects.toThrow();
});

test('who is invited takes a place, and places are counted again when they accept', async () => {
  const limit = (members: number) =>
    world.api.call('PATCH', `/v1/platform/organizations/${world.b.org}/quotas`, { members }, world.platform);
  const used = async () => (await ofB('GET', '/quotas')).body.used.members as number;
  const person = await somebody();
  const { id } = (await invite(person.email)).invitation;
  await limit(await used());
  const more = await ofB('POST', '/members', { email: 'x@b.test', name: 'x', role: 'organization_user' });
  expect(more.body.code).toBe('quota_exceeded');
  const { invitation } = await invite(person.email);
  expect(invitation.id).not.toBe(id);
  await limit((await used()) - 1);
  const token = await tokenOf(person.email);
  expect((await world.api.accept(invitation, token)).body.code).toBe('quota_exceeded');
  await limit(await used());
  expect((await world.api.accept(invitation, token)).status).toBe(200);
  await limit(500);
});

test('of two organizations that invite somebody new the second cannot open the account that the first made', async () => {
  const email = 'new-to-both@b.test';
  const byB = (await invite(email)).invitation;
  const wanted = { email, name: 'Typed by A', role: 'organization_user' };
  const byA = (await world.api.call('POST', `/v1/orgs/${world.a.org}/members`, wanted, world.owner)).body;
  expect((await look(byB.token)).name).toBe('As Typed');
  expect((await look(byA.invitation.token)).name).toBe('Typed by A');
  const both = await Promise.all([
    world.api.join(byB, email, PASSWORD),
    world.api.join(byA.invitation, email, PASSWORD),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  const left = both[0]?.status === 204 ? byA.invitation : byB;
  const token = await tokenOf(email);
  const before = (await world.api.call('GET', '/v1/me', undefined, token)).body;
  expect(before.organizations).toHaveLength(1);
  expect((await world.api.accept(left, token)).status).toBe(200);
});

test("the platform's people are not made members either, and the token opens nothing of theirs", async () => {
  const email = 'staff@test.test';
  const staff = { email, name: 'Staff', role: 'platform_admin' };
  const made = await world.api.call('POST', '/v1/platform/administrators', staff, world.platform);
  const early = (await invite(email)).invitation;
  expect((await world.api.join(early, email, 'a password of the thief')).status).toBe(409);
  expect((await world.api.join(made.body.invitation, email, PASSWORD)).status).toBe(204);
  const { id, invitation } = await invite(email);
  expect((await world.api.join(invitation, email, 'a password of the thief')).status).toBe(409);
  expect((await ofB('GET', `/members/${id}`)).status).toBe(404);
  expect(await membersOfB()).not.toContain(email);
  expect((await world.api.accept(invitation, await tokenOf(email))).status).toBe(200);
});

test("who is only invited still comes in by their own organization's provider, and accepts by it", async () => {
  const org = OrgId.parse(world.a.org);
  const roles = { groups: [], otherwise: 'organization_user' } as const;
  const added = { ...provider('own'), roles, provisioning: true };
  const made = await world.api.call('POST', `/v1/orgs/${org}/identity-providers`, added, world.owner);
  const vouching = {
    id: IdentityProviderId.parse(made.body.id),
    org,
    settings: ProviderSettings.parse(added.settings),
    secret: undefined,
    roles: RoleMapping.parse(roles),
    emailDomains: [],
    provisioning: true,
  };
  const email = 'vouched@corp.test';
  const identity = { subject: 's-1', email, name: 'Vouched', groups: [] };
  const arrive = () =>
    world.api.services.db.platform((tx) =>
      admit(tx, vouching, identity, { now: world.api.now, requestId: 'test' }),
    );
  const first = await arrive();
  if (!first.admitted) throw first.refusal;
  const { invitation } = await invite(email);
  expect((await arrive()).admitted).toBe(true);
  expect(await look(invitation.token)).toMatchObject({ isOffer: true });
  expect((await world.api.join(invitation, email, PASSWORD)).status).toBe(409);
  expect((await world.api.accept(invitation, await vouchedByA(first.user))).status).toBe(200);
  expect(await membersOfB()).toContain(email);
});

test('who is invited and comes in by the provider of the organization that invites has accepted', async () => {
  const email = 'expected@corp-b.test';
  const domain = `/v1/platform/organizations/${world.b.org}/domains/corp-b.test`;
  expect((await world.api.call('PUT', domain, undefined, world.platform)).status).toBe(204);
  const { invitation } = await invite(email);
  const roles = RoleMapping.parse({ groups: [], otherwise: 'organization_user' });
  const added = await ofB('POST', '/identity-providers', { ...provider('b'), roles, provisioning: false });
  const vouching = {
    id: IdentityProviderId.parse(added.body.id),
    org: OrgId.parse(world.b.org),
    settings: ProviderSettings.parse(provider('b').settings),
    secret: undefined,
    roles,
    emailDomains: [],
    provisioning: false,
  };
  const arrive = (who: string) =>
    world.api.services.db.platform((tx) =>
      admit(
        tx,
        vouching,
        { subject: who, email: who, name: 'x', groups: [] },
        { now: world.api.now, requestId: 'test' },
      ),
    );
  expect((await arrive('stranger@corp-b.test')).admitted).toBe(false);
  expect((await arrive(email)).admitted).toBe(true);
  expect(await membersOfB()).toContain(email);
  expect((await look(invitation.token)).code).toBe('token_invalid');
});
