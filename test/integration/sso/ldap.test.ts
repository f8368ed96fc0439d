/** Sign-in by LDAP against a real OpenLDAP server. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from './certificate.ts';
import { BASE, type Directory, groupDn, personDn, SERVICE, startDirectory } from './directory.ts';
import { SsoApi } from './sso-api.ts';

let sso: SsoApi;
let directory: Directory;
let count = 0;

beforeAll(async () => {
  [sso, directory] = [await SsoApi.start(), await startDirectory()];
  // The same people come by several providers of the organization.
  await sso.verifyDomain('corp.test');
});
afterAll(async () => {
  await directory[Symbol.asyncDispose]();
  await sso[Symbol.asyncDispose]();
});

const roles = {
  groups: [
    { group: groupDn('staff'), role: 'organization_user' },
    { group: groupDn('ops'), role: 'organization_operator' },
  ],
};

async function provider(settings: object = {}, more: object = {}) {
  const all = {
    kind: 'ldap',
    url: directory.tlsUrl,
    certificateAuthority: directory.certificate,
    bindDn: SERVICE.dn,
    baseDn: `ou=people,${BASE}`,
    ...settings,
  };
  const made = await sso.provider(`ldap-${count++}`, all, { secret: SERVICE.password, roles, ...more });
  if (made.status !== 201) throw new Error(`${made.body.code}: ${made.body.detail}`);
  return made.body.id as string;
}

const login = (id: string, username: string, password: string) =>
  sso.api.call('POST', '/v1/sso/ldap', { provider: id, username, password });

const tried = async (id: string) => {
  const path = `/v1/orgs/${sso.tenant.org}/identity-providers/${id}/test`;
  return (await sso.api.call('POST', path, undefined, sso.tenant.owner.token)).body;
};

test('over TLS: found by the service account, let in by their own password, with the role of their groups', async () => {
  const id = await provider();
  expect((await tried(id)).works).toBe(true);
  const { status, body } = await login(id, 'ada', 'password of ada');
  expect(status).toBe(200);
  expect(body.user).toMatchObject({
    email: 'ada@corp.test',
    name: 'Person ada',
    organizations: [{ role: 'organization_operator' }],
  });
  expect((await login(id, 'ada@corp.test', 'password of ada')).body.user.id).toBe(body.user.id);
  expect(sso.api.limited).toContain(`sso-account ${id} ada`);
});

test('over StartTLS, and groups found by a search', async () => {
  const groups = { from: 'search', baseDn: `ou=groups,${BASE}` };
  const id = await provider({ url: directory.plainUrl, startTls: true, groups });
  const { body } = await login(id, 'bob', 'password of bob');
  expect(body.user).toMatchObject({ email: 'bob@corp.test', organizations: [{ role: 'organization_user' }] });
});

test('a group of the same short name elsewhere gives nothing', async () => {
  const owners = { groups: [{ group: 'staff', role: 'organization_owner' }] };
  const id = await provider({ groups: { from: 'search', baseDn: BASE } }, { roles: owners });
  expect((await login(id, 'bob', 'password of bob')).body.code).toBe('sso_no_role');
});

test('a wrong password, an empty one and a stranger are refused', async () => {
  const id = await provider();
  expect((await login(id, 'ada', 'wrong')).body.code).toBe('bad_credentials');
  expect((await login(id, 'ada', '')).body.code).toBe('bad_request');
  expect((await login(id, 'nobody', 'password of ada')).body.code).toBe('bad_credentials');
  expect((await login(id, 'nobody', SERVICE.password)).body.code).toBe('bad_credentials');
});

test.each([
  '*',
  'ad*',
  'ada)(uid=*',
  '*)(|(uid=*',
  'x)(|(objectClass=*)',
  'nobody)(mail=admin@corp.test',
  'ada\\2a',
  'admin)(!(uid=x',
  'ada\u0000',
])('a user name can not change the search: %j finds nobody', async (username) => {
  const id = await provider();
  for (const password of ['password of ada', 'password of admin'])
    expect((await login(id, username, password)).body.code).toBe('bad_credentials');
});

test('a person whose name is made of the characters of filters is found', async () => {
  const id = await provider();
  expect((await login(id, 'star*(cn)', 'password of star')).body.user.email).toBe('starcn@corp.test');
});

test('a name that fits two people lets neither in', async () => {
  const id = await provider({ userFilter: '(|(uid={username})(uid=bob))' });
  expect((await login(id, 'ada', 'password of ada')).body.code).toBe('bad_credentials');
  expect((await login(id, 'bob', 'password of bob')).status).toBe(200);
});

test('a certificate of another authority, or of another host, is not trusted', async () => {
  const { certificate } = await makeCertificate('localhost');
  for (const settings of [
    { certificateAuthority: certificate },
    { certificateAuthority: certificate, url: directory.plainUrl, startTls: true },
    { certificateAuthority: undefined },
  ]) {
    const id = await provider(settings);
    expect((await tried(id)).code).toBe('provider_unreachable');
    expect((await login(id, 'ada', 'password of ada')).body.code).toBe('provider_unreachable');
  }
});

test('nothing is said in the clear to a directory on another machine', async () => {
  await expect(provider({ url: 'ldap://ldap.example.com' })).rejects.toThrow('over TLS');
  await expect(provider({ url: directory.tlsUrl, startTls: true })).rejects.toThrow('startTls');
});

test('a wrong service password, a wrong base and a missing secret are each told to who set it up', async () => {
  expect(await tried(await provider({}, { secret: 'wrong' }))).toMatchObject({ code: 'provider_mismatch' });
  expect(await tried(await provider({ baseDn: `ou=nowhere,${BASE}` }))).toMatchObject({
    code: 'provider_mismatch',
  });
  expect(await tried(await provider({}, { secret: undefined }))).toMatchObject({ code: 'provider_mismatch' });
});

test('the password is not sent to a new address by who does not know it', async () => {
  const id = await provider();
  const path = `/v1/orgs/${sso.tenant.org}/identity-providers/${id}`;
  const { body } = await sso.api.call(
    'GET',
    `/v1/orgs/${sso.tenant.org}/identity-providers`,
    undefined,
    sso.tenant.owner.token,
  );
  const { name, settings } = body.providers.find((one: { id: string }) => one.id === id);
  const moved = { name, roles, settings: { ...settings, url: 'ldaps://ldap.example.com' } };
  expect((await sso.api.call('PUT', path, moved, sso.tenant.owner.token)).body.code).toBe('bad_request');
  const withSecret = { ...moved, secret: 'another' };
  expect((await sso.api.call('PUT', path, withSecret, sso.tenant.owner.token)).status).toBe(200);
});

test('a directory that never answers is given up', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const answers = await Promise.all(
    ['ldap', 'ldaps'].map(async (scheme) => tried(await provider({ url: `${scheme}://127.0.0.1:${port}` }))),
  );
  expect(answers.map(({ code }) => code)).toEqual(['provider_unreachable', 'provider_unreachable']);
  silent.close();
});

test('who left the directory does not get in, and who left the groups loses the membership', async () => {
  const id = await provider();
  const { accessToken } = (await login(id, 'admin', 'password of admin')).body;
  const change = new Change({
    operation: 'delete',
    modification: new Attribute({ type: 'member', values: [personDn('admin')] }),
  });
  await directory.root.modify(groupDn('staff'), change);
  expect((await login(id, 'admin', 'password of admin')).body.code).toBe('sso_no_role');
  // Whoever belongs nowhere any more is signed out as well.
  expect((await sso.api.call('GET', '/v1/me', undefined, accessToken)).body.code).toBe('token_invalid');
  await directory.root.del(personDn('admin'));
  expect((await login(id, 'admin', 'password of admin')).body.code).toBe('bad_credentials');
});
