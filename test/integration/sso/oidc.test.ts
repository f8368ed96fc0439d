/** Sign-in by OpenID Connect against real `oidc-provider`s. */
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { nodeOutbound } from '../../../edge/node-outbound.ts';
import { mayRequireSso } from '../../../edge/sso/required.ts';
import { OrgId } from '../../../schema/ids.ts';
import { PLATFORM_OWNER } from '../database.ts';
import { browse, changed, OidcPeer } from './oidc-peer.ts';
import { SsoApi, type Started } from './sso-api.ts';

let sso: SsoApi;
let peer: OidcPeer;
let rogue: OidcPeer;
let provider: string;
let elsewhere: string;

const settingsOf = ({ issuer, client }: OidcPeer) => ({
  kind: 'oidc',
  issuer,
  clientId: client.id,
  scopes: ['openid', 'email', 'profile', 'groups'],
});

beforeAll(async () => {
  [sso, peer, rogue] = [await SsoApi.start(), await OidcPeer.start(), await OidcPeer.start()];
  const made = await sso.provider('keycloak', settingsOf(peer), { secret: peer.client.secret });
  expect(made.status).toBe(201);
  provider = made.body.id;
  const second = await sso.provider('second', settingsOf(rogue), { secret: rogue.client.secret });
  elsewhere = second.body.id;
  await peer.serve([made.body.redirectUrl]);
  await rogue.serve([second.body.redirectUrl]);
});
afterAll(async () => {
  for (const part of [sso, peer, rogue]) await part[Symbol.asyncDispose]();
});
beforeEach(() => {
  peer.lie = undefined;
});

/** The person at the provider, and back with what it says. @returns path and query of the callback */
async function visit({ url }: Started): Promise<string> {
  const back = new URL(await browse(url, 'http://localhost:7443/'));
  return back.pathname + back.search;
}

const person = (name: string, more: object = {}) => ({
  sub: name,
  email: `${name}@corp.test`,
  email_verified: true,
  name,
  groups: ['staff'],
  ...more,
});

async function attempt() {
  const started = await sso.begin(provider);
  const answer = await sso.api.call('GET', await visit(started));
  return { ...started, answer, said: sso.said(answer) };
}

async function signIn() {
  const { said, verifier } = await attempt();
  expect(said.get('error')).toBeNull();
  return (await sso.exchange(said.get('code'), verifier)).body;
}

test('someone new gets an account with the role their groups give, and no token is ever in an address', async () => {
  peer.person = person('ada', { groups: ['staff', 'ops'] });
  const { answer, said, verifier } = await attempt();
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toMatch(/^http:\/\/localhost:7443\/#\/sso\?code=[\w-]{43}$/);
  const { status, body, headers } = await sso.exchange(said.get('code'), verifier, true);
  expect(status).toBe(200);
  expect(body.user).toMatchObject({
    email: 'ada@corp.test',
    organizations: [{ id: sso.tenant.org, role: 'organization_operator' }],
  });
  expect(body.refreshToken).toBeUndefined();
  expect(headers.get('set-cookie')).toContain('HttpOnly');
  expect((await sso.api.call('GET', '/v1/me', undefined, body.accessToken)).body.id).toBe(body.user.id);
  const actions = (await sso.audit()).map(({ action }) => action);
  for (const action of ['sign-in.sso', 'member.provision', 'member.role']) expect(actions).toContain(action);
});

test('an account made here has no password that could be tried', async () => {
  peer.person = person('bob');
  await signIn();
  await expect(sso.api.signIn('bob@corp.test', 'x')).rejects.toMatchObject({ code: 'bad_credentials' });
});

test('the same person finds the same account, with the role their groups give today', async () => {
  peer.person = person('cleo', { groups: ['ops'] });
  const first = await signIn();
  peer.person = person('cleo', { email: 'renamed@corp.test' });
  const second = await signIn();
  expect(second.user.id).toBe(first.user.id);
  expect(second.user.organizations[0].role).toBe('organization_user');
});

test('who has no role any more loses the membership and every token', async () => {
  peer.person = person('dan');
  const { refreshToken, accessToken } = await signIn();
  peer.person = person('dan', { groups: ['alumni'] });
  expect((await attempt()).said.get('error')).toBe('sso_no_role');
  // Whoever belongs nowhere any more is signed out as well.
  expect((await sso.api.call('GET', '/v1/me', undefined, accessToken)).body.code).toBe('token_invalid');
  expect((await sso.api.call('POST', '/v1/auth/refresh', { refreshToken })).status).toBe(401);
  expect((await sso.audit()).map(({ action }) => action)).toContain('member.deprovision');
});

test('a code is good once, soon, and only for the program that began', async () => {
  peer.person = person('eve');
  const stolen = await attempt();
  expect((await sso.exchange(stolen.said.get('code'), 'w'.repeat(43))).body.code).toBe('sso_refused');
  expect((await sso.exchange(stolen.said.get('code'), stolen.verifier)).body.code).toBe('sso_refused');
  const twice = await attempt();
  expect((await sso.exchange(twice.said.get('code'), twice.verifier)).status).toBe(200);
  expect((await sso.exchange(twice.said.get('code'), twice.verifier)).body.code).toBe('sso_refused');
  const late = await attempt();
  sso.api.now += 61_000;
  expect((await sso.exchange(late.said.get('code'), late.verifier)).body.code).toBe('sso_refused');
  sso.api.now -= 61_000;
});

test("a provider's answer is taken once, and only for a sign-in that was begun here and is not over", async () => {
  const back = await visit(await sso.begin(provider));
  expect(sso.said(await sso.api.call('GET', back)).get('code')).toBeTruthy();
  expect((await sso.api.call('GET', back)).body.code).toBe('sso_refused');
  const invented = `/v1/sso/oidc/${provider}/callback?code=x&state=invented`;
  expect((await sso.api.call('GET', invented)).body.code).toBe('sso_refused');
  const late = await visit(await sso.begin(provider));
  sso.api.now += 601_000;
  expect((await sso.api.call('GET', late)).body.code).toBe('sso_refused');
  sso.api.now -= 601_000;
});

test('an authorization code from another sign-in does not fit', async () => {
  const [mine, theirs] = [await visit(await sso.begin(provider)), await visit(await sso.begin(provider))];
  const code = new URLSearchParams(theirs.split('?')[1]).get('code') ?? '';
  const mixed = mine.replace(/code=[^&]+/, `code=${code}`);
  expect(sso.said(await sso.api.call('GET', mixed)).get('error')).toBe('sso_refused');
});

test.each([
  ['another nonce', changed({ nonce: 'another' }), 'nonce'],
  ['no nonce', changed({ nonce: undefined }), 'nonce'],
  ['another issuer', changed({ iss: 'https://evil.test' }), 'iss'],
  ['another audience', changed({ aud: 'someone-else' }), 'aud'],
  ['a time that is over', changed({ exp: Math.floor(Date.now() / 1000) - 600 }), 'exp'],
])('refuses an ID token with %s, though the provider signed it', async (_, lie, why) => {
  peer.person = person('finn');
  peer.lie = lie;
  expect((await attempt()).said.get('error')).toBe('sso_refused');
  expect((await sso.audit())[0]?.reason).toContain(`"${why}"`);
  peer.lie = changed({});
  expect((await attempt()).said.get('error')).toBeNull();
});

test('refuses an ID token without a signature, with a changed one, and one signed with what both sides know', async () => {
  const { decodeJwt, SignJWT } = await import('jose');
  peer.person = person('finn');
  peer.lie = async (honest) => new UnsecuredJWT(decodeJwt(honest)).encode();
  expect((await attempt()).said.get('error')).toBe('sso_refused');
  peer.lie = async (honest) => `${honest.slice(0, -8)}AAAAAAAA`;
  expect((await attempt()).said.get('error')).toBe('sso_refused');
  peer.lie = (honest) =>
    new SignJWT(decodeJwt(honest))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(peer.client.secret));
  expect((await attempt()).said.get('error')).toBe('sso_refused');
  expect(
    (await sso.audit()).filter(({ action }) => action === 'sign-in.refused').length,
  ).toBeGreaterThanOrEqual(3);
});

test('a provider that changes its key is followed; its old key no longer counts', async () => {
  peer.person = person('gus');
  await signIn();
  let old = '';
  peer.lie = async (honest) => {
    old = honest;
    return honest;
  };
  await signIn();
  await peer.serve();
  peer.lie = undefined;
  await signIn();
  const { decodeProtectedHeader } = await import('jose');
  expect(decodeProtectedHeader(old).kid).toBeTruthy();
  peer.lie = async () => old;
  expect((await attempt()).said.get('error')).toBe('sso_refused');
});

test("one provider's answer is not taken for another's (mix-up)", async () => {
  const begun = await sso.begin(provider);
  const back = await visit(begun);
  const atOther = back.replace(provider, elsewhere);
  expect((await sso.api.call('GET', atOther)).body.code).toBe('sso_refused');
  const again = await visit(await sso.begin(provider));
  const otherIssuer = again.replace(/iss=[^&]+/, `iss=${encodeURIComponent(rogue.issuer)}`);
  expect(otherIssuer).not.toBe(again);
  expect(sso.said(await sso.api.call('GET', otherIssuer)).get('error')).toBe('sso_refused');
});

test('an e-mail address that the provider has not verified opens nothing', async () => {
  peer.person = person('hal', { email_verified: false });
  expect((await attempt()).said.get('error')).toBe('sso_refused');
  expect((await sso.audit())[0]?.reason ?? '').toContain('sso_refused');
});

test('an account that exists is linked only where the platform verified the domain, and never one of the platform', async () => {
  const { email, id } = sso.tenant.user;
  peer.person = person('ivy', { email });
  expect((await attempt()).said.get('error')).toBe('sso_not_yours');
  expect((await sso.verifyDomain('corp.test')).status).toBe(204);
  expect((await signIn()).user.id).toBe(id);
  peer.person = person('the next to get this address', { email });
  expect((await attempt()).said.get('error')).toBe('sso_not_yours');
  peer.person = person('jan', { email: PLATFORM_OWNER.email });
  await sso.verifyDomain('test.test');
  expect((await attempt()).said.get('error')).toBe('sso_not_yours');
});

test('the last owner stays one whatever the groups say, and only then may single sign-on become the only way in', async () => {
  const org = OrgId.parse(sso.tenant.org);
  const mayRequire = () => sso.api.services.db.platform((tx) => mayRequireSso(tx, org));
  expect(await mayRequire()).toBe(false);
  peer.person = person('boss', { email: sso.tenant.owner.email });
  expect((await signIn()).user.organizations[0].role).toBe('organization_owner');
  expect(await mayRequire()).toBe(true);
  peer.person = person('boss', { email: sso.tenant.owner.email, groups: [] });
  expect((await attempt()).said.get('error')).toBe('sso_no_role');
  expect(
    (await sso.api.call('GET', '/v1/me', undefined, sso.tenant.owner.token)).body.organizations,
  ).toHaveLength(1);
});

test("another organization's provider opens no account of this one, whatever it says", async () => {
  const own = await sso.provider('theirs', settingsOf(rogue), { secret: rogue.client.secret }, sso.other);
  await rogue.serve([own.body.redirectUrl]);
  for (const email of [sso.tenant.owner.email, 'new-one@corp.test']) {
    rogue.person = person('mole', { email });
    const begun = await sso.begin(own.body.id);
    expect(sso.said(await sso.api.call('GET', await visit(begun))).get('error'), email).toBe('sso_not_yours');
  }
});

test('by name or verified domain people find their providers; a stranger learns nothing', async () => {
  const find = async (organization: string) =>
    (await sso.api.call('POST', '/v1/sso/discover', { organization })).body.providers;
  expect((await find('corp')).map(({ name }: { name: string }) => name)).toEqual(['keycloak', 'second']);
  expect(await find('someone@CORP.test')).toHaveLength(2);
  for (const unknown of ['nobody', 'x@nowhere.test', 'x@rival.test']) expect(await find(unknown)).toEqual([]);
});

test('a provider that is switched off lets nobody in', async () => {
  const off = await sso.provider('off', settingsOf(peer), { secret: 'x', enabled: false });
  await expect(sso.begin(off.body.id)).rejects.toThrow('not_found');
});

test('the test of a connection says what is wrong, and nothing gives the secret back', async () => {
  const path = `/v1/orgs/${sso.tenant.org}/identity-providers`;
  const { token } = sso.tenant.owner;
  expect((await sso.api.call('POST', `${path}/${provider}/test`, undefined, token)).body.works).toBe(true);
  const wrong = async (settings: object) => {
    const { body } = await sso.provider(`w${Math.random().toString(36).slice(2)}`, {
      ...settingsOf(peer),
      ...settings,
    });
    return (await sso.api.call('POST', `${path}/${body.id}/test`, undefined, token)).body.code;
  };
  expect(await wrong({ issuer: 'http://127.0.0.1:9' })).toBe('provider_unreachable');
  expect(await wrong({ issuer: `${peer.issuer}/realm` })).toBe('provider_mismatch');
  expect(await wrong({ algorithms: ['ES256'] })).toBe('provider_mismatch');
  const listed = await sso.api.call('GET', path, undefined, token);
  expect(JSON.stringify(listed.body)).not.toContain(peer.client.secret);
  expect(listed.body.providers[0]).toMatchObject({ hasSecret: true });
});

test('only who manages security sets providers up, and no organization points this server at its own network', async () => {
  const path = `/v1/orgs/${sso.tenant.org}/identity-providers`;
  expect((await sso.api.call('GET', path, undefined, sso.tenant.user.token)).status).toBe(403);
  expect((await sso.api.call('GET', path, undefined, sso.other.owner.token)).status).toBe(404);
  Object.assign(sso.api.services.env, { FABRIC_PRIVATE_NETWORKS: 'deny' });
  for (const issuer of [
    'http://169.254.169.254',
    'https://10.0.0.1',
    'https://localhost',
    'http://idp.example.com',
  ])
    expect((await sso.provider('inside', { ...settingsOf(peer), issuer })).body.code, issuer).toBe(
      'bad_request',
    );
  Object.assign(sso.api.services.env, { FABRIC_PRIVATE_NETWORKS: 'allow' });
});

test('a name that leads inside when it is connected to is not gone to, whatever it led to before', async () => {
  const { services } = sso.api;
  const asked: string[] = [];
  const inside = nodeOutbound(async (name) => {
    asked.push(name);
    return ['127.0.0.1'];
  });
  const issuer = `https://idp.example.com:${new URL(peer.issuer).port}`;
  const { body } = await sso.provider('rebinding', { ...settingsOf(peer), issuer });
  const before = { outbound: services.outbound, allowed: services.env.FABRIC_PRIVATE_NETWORKS };
  Object.assign(services, { outbound: inside });
  Object.assign(services.env, { FABRIC_PRIVATE_NETWORKS: 'deny' });
  const path = `/v1/orgs/${sso.tenant.org}/identity-providers/${body.id}/test`;
  const tried = await sso.api.call('POST', path, {}, sso.tenant.owner.token);
  expect([tried.body.code, asked]).toEqual(['address_not_allowed', ['idp.example.com']]);
  Object.assign(services, { outbound: before.outbound });
  Object.assign(services.env, { FABRIC_PRIVATE_NETWORKS: before.allowed });
});

test("a provider's issuer stays; a secret is not sent to a new address unseen", async () => {
  const path = `/v1/orgs/${sso.tenant.org}/identity-providers/${provider}`;
  const body = { name: 'keycloak', settings: { ...settingsOf(peer), issuer: rogue.issuer }, roles: {} };
  expect((await sso.api.call('PUT', path, body, sso.tenant.owner.token)).body.code).toBe('conflict');
});
