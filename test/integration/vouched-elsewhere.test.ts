/** An organization's identity provider speaks for that organization alone: who came in by it is nobody in another, on the platform, and adds no proof of their own. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finish } from '../../edge/sso/finish.ts';
import { OrgId, UserId } from '../../schema/ids.ts';
import { provePassword } from '../../schema/sign-in/handshake.ts';
import { users } from '../../schema/tables/index.ts';
import { derive } from './control-api.ts';
import { PASSWORD, SignInWorld, secretsOf } from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await SignInWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** As the callback of B's provider ends. */
async function byProviderOfB(user: string): Promise<string> {
  const { services } = world.api;
  const who = { user: UserId.parse(user), org: OrgId.parse(world.b.org) };
  const origin = { region: null, agent: 'test', requestId: 'test' };
  return (await services.db.platform((tx) => finish(tx, services, who, origin))).accessToken;
}

/** In A, and a plain user of B as well. */
async function ofBoth(role: string) {
  const person = await world.newcomer(role);
  const wanted = { email: person.email, name: 'x', role: 'organization_user' };
  const added = await world.api.call('POST', `/v1/orgs/${world.b.org}/members`, wanted, world.b.owner.token);
  expect(added.status).toBe(201);
  const { accessToken } = await world.api.signIn(person.email, PASSWORD);
  expect((await world.api.accept(added.body.invitation, accessToken)).status).toBe(200);
  return person;
}
const get = (path: string, token: string) => world.api.call('GET', path, undefined, token);
const startPasskey = (token: string) => world.api.call('POST', '/v1/me/passkeys/start', {}, token);

test("an owner of A who came in by B's provider is let in to B and refused in A, until they prove themselves with their own password", async () => {
  const { id, email } = await ofBoth('organization_owner');
  const token = await byProviderOfB(id);
  expect((await get(`/v1/orgs/${world.b.org}`, token)).status).toBe(200);
  for (const path of ['', '/members', '/audit', '/sessions', '/identity-providers', '/events']) {
    const { status, body } = await get(`/v1/orgs/${world.a.org}${path}`, token);
    expect([path, status, body.code]).toEqual([path, 403, 'sign_in_method_not_allowed']);
  }
  const { attempt, proof } = await provePassword(world.api.post, secretsOf(email), derive);
  const stepUp = { proof: { type: 'password', attempt, proof } };
  const proven = (await world.api.call('POST', '/v1/auth/step-up', stepUp, token)).body.accessToken;
  expect((await get(`/v1/orgs/${world.a.org}/members`, proven)).status).toBe(200);
});

test("who belongs to A as well adds no passkey by B's word: it would open A", async () => {
  const { id } = await ofBoth('organization_user');
  const token = await byProviderOfB(id);
  const refused = await startPasskey(token);
  expect([refused.status, refused.body.code]).toEqual([403, 'sign_in_method_not_allowed']);
  expect((await world.api.call('POST', '/v1/me/authenticator', {}, token)).status).toBe(403);
});

test("who belongs to B alone adds a passkey by B's word", async () => {
  expect((await startPasskey(await byProviderOfB(world.b.user.id))).status).toBe(200);
});

test("a role on the platform is not to be had by an organization's word, also not one that was given later", async () => {
  const { id, email } = await ofBoth('organization_user');
  const before = await byProviderOfB(id);
  expect((await get('/v1/platform/clusters', before)).body.code).toBe('forbidden');
  await world.api.services.db.platform((tx) =>
    tx.update(users).set({ platformRole: 'platform_admin' }).where(eq(users.email, email)),
  );
  const refused = await get('/v1/platform/clusters', await byProviderOfB(id));
  expect([refused.status, refused.body.code]).toEqual([403, 'sign_in_method_not_allowed']);
  const own = (await world.api.signIn(email, 'a long enough password')).accessToken;
  expect((await get('/v1/platform/clusters', own)).status).toBe(200);
});
