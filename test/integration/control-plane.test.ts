/** The control plane against a real PostgreSQL: sign-in, tenancy, nodes, sessions. */

import { sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { base64url, exportJWK } from 'jose';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCounts, redisLimits } from '../../edge/limits.ts';
import { SessionStart } from '../../schema/api/nodes.ts';
import { OrgId } from '../../schema/ids.ts';
import { Snapshot } from '../../schema/snapshot.ts';
import * as tables from '../../schema/tables/index.ts';
import { dataPlaneVerifier } from '../../schema/tokens/data-plane.ts';
import { signNodeAssertion } from '../../schema/tokens/node-assertion.ts';
import { signSealKey } from '../../schema/tokens/seal-key.ts';
import { openCredentials } from '../../schema/tokens/session-credential.ts';
import { verifySigned } from '../../schema/tokens/signed.ts';
import { ControlApi, clientKey, csrOf, enrolNode, makeTenant, P256, type TestNode } from './control-api.ts';
import { PLATFORM_OWNER, startDatabase, type TestDatabase } from './database.ts';

/** What a node makes for each call. */
const NONCE = 'AAECAwQFBgcICQoLDA0ODw';

let database: TestDatabase;
let api: ControlApi;
let platform: string;
let cluster: string;
let a: Awaited<ReturnType<typeof makeTenant>>;
let b: Awaited<ReturnType<typeof makeTenant>>;
let service: TestNode;
let entry: TestNode;

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  platform = (await api.signIn()).accessToken;
  cluster = (
    await api.call(
      'POST',
      '/v1/platform/clusters',
      { name: 'one', origins: ['https://console.test'] },
      platform,
    )
  ).body.id;
  [a, b] = [
    await makeTenant(api, platform, cluster, 'org-a'),
    await makeTenant(api, platform, cluster, 'org-b'),
  ];
  [service, entry] = [
    await enrolNode(api, platform, cluster, 'service', 'svc'),
    await enrolNode(api, platform, cluster, 'entry', 'ent'),
  ];
  await beat(service, []);
  await beat(entry, ['127.0.0.1:4433']);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function beat(node: TestNode, endpoints: string[], sessions: object[] = []) {
  return api.call('POST', '/v1/node/heartbeat', { endpoints, sessions }, await node.assertion());
}

async function openSession(tenant = a, resource = tenant.resource) {
  return api.call(
    'POST',
    `/v1/orgs/${tenant.org}/sessions`,
    { resource, key: await clientKey() },
    tenant.user.token,
  );
}

async function start(node: TestNode, session: string) {
  return api.call('POST', `/v1/node/sessions/${session}/start`, { nonce: NONCE }, await node.assertion());
}

async function report(node: TestNode, session: string, state: string, generation = 1) {
  return api.call(
    'POST',
    `/v1/node/sessions/${session}/state`,
    { state, generation },
    await node.assertion(),
  );
}

test('sign-in: a wrong password and a stranger are refused alike, and each is audited', async () => {
  const refusal = (email: string) => api.signIn(email, 'wrong').catch((error: unknown) => error);
  const [wrong, stranger] = [await refusal(PLATFORM_OWNER.email), await refusal('nobody@test.test')];
  expect(wrong).toMatchObject({ code: 'bad_credentials' });
  expect(String(wrong)).toBe(String(stranger));
  const rows = await api.services.db.platform((tx) =>
    tx.execute(sql`select action from audit where actor = 'anonymous'`),
  );
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(api.limited).toContain(`login-account ${PLATFORM_OWNER.email}`);
});

test('a refresh token works once; used again it ends its whole family', async () => {
  const first = (await api.signIn()).refreshToken;
  const second = (await api.call('POST', '/v1/auth/refresh', { refreshToken: first })).body.refreshToken;
  expect(second).not.toBe(first);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: first })).status).toBe(401);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: second })).status).toBe(401);
});

test('a browser keeps its refresh token in a cookie, which another site can not use', async () => {
  const signedIn = await api.signIn(undefined, undefined, { cookie: true });
  const cookie = api.last?.headers.get('set-cookie') ?? '';
  expect(signedIn.refreshToken).toBeUndefined();
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/v1/auth']) expect(cookie).toContain(part);
  const carried = { cookie: cookie.split(';')[0] ?? '' };
  expect(
    (await api.call('POST', '/v1/auth/refresh', {}, undefined, { ...carried, origin: 'https://evil.test' }))
      .status,
  ).toBe(403);
  expect(
    (
      await api.call('POST', '/v1/auth/refresh', {}, undefined, {
        ...carried,
        origin: 'http://localhost:7443',
      })
    ).status,
  ).toBe(200);
});

test('an access token that was changed or is old is refused', async () => {
  expect((await api.call('GET', '/v1/me', undefined, `${platform.slice(0, -6)}AAAAAA`)).body.code).toBe(
    'token_invalid',
  );
  api.now += 700_000;
  expect((await api.call('GET', '/v1/me', undefined, platform)).body.code).toBe('token_expired');
  api.now -= 700_000;
  expect((await api.call('GET', '/v1/me')).body.code).toBe('unauthenticated');
});

test('when Redis is gone a stricter limit holds, never none', async () => {
  const limits = redisLimits('http://127.0.0.1:9', 'x', new LocalCounts(), () => 0);
  const limit = { name: 'test', max: 4, windowS: 60 };
  await limits.attempt(limit, 'me');
  await limits.attempt(limit, 'me');
  await expect(limits.attempt(limit, 'me')).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await limits.markOnce('platform', 'x', 10)).toBeUndefined();
});

const everyTable: PgTable[] = Object.values(tables).filter((value) => value instanceof PgTable);
const tenantTables = everyTable
  .map(getTableConfig)
  .filter(({ columns }) => columns.some(({ name }) => name === 'orgId' || name === 'org_id'));

test('every table has row-level security in force, and no role of the API can step around it', async () => {
  const owner = postgres(database.ownerUrl, { max: 1 });
  const rows =
    await owner`select relname, relrowsecurity and relforcerowsecurity as forced from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and relkind = 'r'`;
  const roles =
    await owner`select rolname from pg_roles where rolname like 'fabric%' and (rolsuper or rolbypassrls)`;
  await owner.end();
  expect(rows.filter(({ forced }) => !forced)).toEqual([]);
  expect(rows.length).toBe(everyTable.length);
  expect(roles.length).toBe(0);
});

/** What an organization's own calls may not change or remove at all. */
const READ_ONLY = [
  'audit',
  'organization_quotas',
  'secret_uses',
  'key_uses',
  'recordings',
  'access_requests',
];

test("with every check of ours taken away, the database itself keeps one organization's rows from another", async () => {
  const [orgA, orgB] = [OrgId.parse(a.org), OrgId.parse(b.org)];
  expect(tenantTables.length).toBeGreaterThanOrEqual(7);
  for (const { name } of tenantTables) {
    const rows = (org: OrgId, of: OrgId) =>
      api.services.db.org(org, (tx) =>
        tx.execute(sql`select 1 from ${sql.identifier(name)} where org_id = ${of}`),
      );
    expect((await rows(orgA, orgB)).length, `${name}: A reads B`).toBe(0);
    if (READ_ONLY.includes(name)) continue;
    const changed = await api.services.db.org(orgA, (tx) =>
      tx.execute(
        sql`update ${sql.identifier(name)} set created_at = now() where org_id = ${orgB} returning 1`,
      ),
    );
    expect(changed.length, `${name}: A changes B`).toBe(0);
    const gone = await api.services.db.org(orgA, (tx) =>
      tx.execute(sql`delete from ${sql.identifier(name)} where org_id = ${orgB} returning 1`),
    );
    expect(gone.length, `${name}: A deletes B`).toBe(0);
  }
  const planted = api.services.db.org(orgA, (tx) =>
    tx.insert(tables.resources).values({
      orgId: orgB,
      name: 'planted',
      protocol: 'tcp',
      egressPool: 'p',
      target: { protocol: 'tcp', host: 'h', port: 1 },
    }),
  );
  await expect(planted).rejects.toThrow();
  for (const table of ['nodes', 'keys', 'bootstrap_tokens', 'clusters', 'refresh_tokens']) {
    await expect(
      api.services.db.org(orgA, (tx) => tx.execute(sql`select * from ${sql.identifier(table)}`)),
      table,
    ).rejects.toThrow();
  }
  expect(
    (await api.services.db.org(orgA, (tx) => tx.execute(sql`select 1 from users where email like '%org-b%'`)))
      .length,
  ).toBe(0);
});

test("org A's people find nothing of org B over the API, by any id", async () => {
  const { token } = a.owner;
  const calls: [string, string, object?][] = [
    ['GET', `/v1/orgs/${b.org}/resources`],
    ['GET', `/v1/orgs/${b.org}/sessions`],
    ['GET', `/v1/orgs/${b.org}/members`],
    ['GET', `/v1/orgs/${b.org}/audit`],
    ['POST', `/v1/orgs/${b.org}/sessions`, { resource: b.resource, key: await clientKey() }],
    ['POST', `/v1/orgs/${a.org}/sessions`, { resource: b.resource, key: await clientKey() }],
    [
      'POST',
      `/v1/orgs/${a.org}/resources/${b.resource}/grants`,
      { to: { type: 'role', role: 'organization_user' } },
    ],
  ];
  for (const [method, path, body] of calls)
    expect((await api.call(method, path, body, token)).status, path).toBe(404);
  for (const path of ['/v1/platform/clusters', `/v1/platform/clusters/${cluster}/nodes`]) {
    expect((await api.call('GET', path, undefined, token)).status).toBe(403);
  }
  expect((await api.call('POST', `/v1/orgs/${a.org}/members`, {}, a.user.token)).status).toBe(403);
  const member = {
    email: 'x@x.test',
    name: 'x',
    role: 'organization_owner',
  };
  expect((await api.call('POST', `/v1/orgs/${a.org}/members`, member, a.user.token)).status).toBe(403);
});

test('the audit trail can be added to and read, never changed', async () => {
  const org = OrgId.parse(a.org);
  for (const change of [sql`update audit set action = 'x'`, sql`delete from audit`]) {
    await expect(api.services.db.org(org, (tx) => tx.execute(change))).rejects.toThrow();
    await expect(api.services.db.platform((tx) => tx.execute(change))).rejects.toThrow();
  }
  const { entries } = (await api.call('GET', `/v1/orgs/${a.org}/audit`, undefined, a.owner.token)).body;
  expect(entries.map(({ action }: { action: string }) => action)).toContain('resource.create');
});

test('a bootstrap token that is wrong, expired, used up or revoked enrols nobody', async () => {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const csr = await csrOf(keys);
  const path = `/v1/platform/clusters/${cluster}/bootstrap-tokens`;
  const enrol = (token: string, name: string) => api.call('POST', '/v1/nodes/enrol', { token, name, csr });
  const make = async (body: object = {}) =>
    (await api.call('POST', path, { roles: ['relay'], approval: 'automatic', ...body }, platform)).body;
  expect((await enrol('fbb_wrong', 'n1')).body.code).toBe('token_invalid');
  const once = await make();
  expect((await enrol(once.token, 'n2')).status).toBe(201);
  expect((await enrol(once.token, 'n3')).body.code).toBe('token_invalid');
  // The same node with the same key, which crashed before it could keep the answer; and nobody else.
  expect((await enrol(once.token, 'n2')).status).toBe(201);
  const thief = await csrOf(await crypto.subtle.generateKey(P256, true, ['sign', 'verify']));
  const stolen = { token: once.token, name: 'n2', csr: thief };
  expect((await api.call('POST', '/v1/nodes/enrol', stolen)).body.code).toBe('token_invalid');
  const other = await make({ roles: ['entry'] });
  expect((await enrol(other.token, 'n2-entry')).status).toBe(201);
  expect((await enrol(other.token, 'n2')).body.code).toBe('token_invalid');
  const short = await make({ expiresIn: 60 });
  api.now += 61_000;
  expect((await enrol(short.token, 'n4')).body.code).toBe('token_invalid');
  api.now -= 61_000;
  const revoked = await make();
  expect((await api.call('DELETE', `${path}/${revoked.id}`, undefined, platform)).status).toBe(204);
  expect((await enrol(revoked.token, 'n5')).body.code).toBe('token_invalid');
  expect((await enrol((await make()).token, 'svc')).body.code).toBe('conflict');
  expect(
    (await api.call('POST', '/v1/nodes/enrol', { token: (await make()).token, name: 'n6', csr: 'nonsense' }))
      .body.code,
  ).toBe('bad_request');
});

test("a node's assertion is good once, for half a minute, and only with its own key", async () => {
  const assertion = await service.assertion();
  const beatWith = (token: string) =>
    api.call('POST', '/v1/node/heartbeat', { endpoints: [], sessions: [] }, token);
  expect((await beatWith(assertion)).status).toBe(200);
  expect((await beatWith(assertion)).body.code).toBe('token_replayed');
  const forged = await signNodeAssertion(service.enrolment.node, entry.key, api.now);
  expect((await beatWith(forged)).body.code).toBe('token_invalid');
  const old = await signNodeAssertion(service.enrolment.node, service.key, api.now - 60_000);
  expect((await beatWith(old)).body.code).toBe('token_expired');
});

test('a snapshot is signed for its node alone and says no more than its role needs', async () => {
  const { body } = await api.call('GET', '/v1/node/snapshot', undefined, await service.assertion());
  const { enrolment } = service;
  const snapshot = await verifySigned(
    'snapshot',
    enrolment,
    Snapshot,
    body.snapshot,
    enrolment.signingKeys,
    api.now,
  );
  expect(snapshot.roles).toEqual(['service']);
  const stranger = { cluster: enrolment.cluster, node: entry.enrolment.node };
  await expect(
    verifySigned('snapshot', stranger, Snapshot, body.snapshot, enrolment.signingKeys, api.now),
  ).rejects.toMatchObject({ code: 'token_invalid' });
  const text = JSON.stringify(snapshot);
  for (const secret of [a.resource, a.org, a.user.email, '10.0.0.9']) expect(text).not.toContain(secret);
  const again = await api.call(
    'GET',
    `/v1/node/snapshot?since=${snapshot.version}`,
    undefined,
    await service.assertion(),
  );
  expect(again.status).toBe(204);
});

test('a ticket names session, nodes and channels, and is bound to the client key', async () => {
  const { status, body } = await openSession();
  expect(status).toBe(201);
  const claims = await dataPlaneVerifier(service.enrolment.cluster, service.enrolment.signingKeys)(
    body.token,
    api.now,
  );
  expect(claims).toMatchObject({
    org: a.org,
    resource: a.resource,
    session: body.session,
    service: service.enrolment.node,
    entries: [entry.enrolment.node],
  });
  expect(claims.channels).toHaveProperty('terminal');
  expect([body.sealKey, claims.seal]).toEqual([service.enrolment.sealKey, service.enrolment.sealKey]);
  const resuming = await dataPlaneVerifier(service.enrolment.cluster, service.enrolment.signingKeys)(
    body.resume,
    api.now + 3600_000,
    'resume',
  );
  expect(resuming).toMatchObject({ attachment: claims.attachment, seal: claims.seal, cnf: claims.cnf });
  expect(body.entries).toHaveLength(1);
  expect(body.entries[0].url).toBe('https://127.0.0.1:4433/fabric');
  const listed = JSON.stringify(
    (await api.call('GET', `/v1/orgs/${a.org}/sessions`, undefined, a.user.token)).body,
  );
  expect(listed).toContain(body.session);
  expect(listed).not.toContain(service.enrolment.node);
});

test('only the node a session is placed on may start it, and only it can read the credential', async () => {
  const { session } = (await openSession()).body;
  expect((await start(entry, session)).status).toBe(404);
  const { status, body } = await start(service, session);
  expect(status).toBe(200);
  const told = await verifySigned(
    'session-start',
    service.enrolment,
    SessionStart,
    body.answer,
    service.enrolment.signingKeys,
    api.now,
  );
  expect(told).toMatchObject({ session, org: a.org, resource: a.resource, target: { host: '10.0.0.9' } });
  expect(JSON.stringify(body)).not.toContain('secret of org-a');
  const { session: id, org, generation, nonce, credential = '' } = told;
  const { cluster: home, node } = service.enrolment;
  const context = { cluster: home, node, org, session: id, generation, nonce };
  const opened = [{ type: 'password', password: 'secret of org-a' }];
  expect(await openCredentials(service.seal, context, credential)).toEqual(opened);
  await expect(openCredentials(entry.seal, context, credential)).rejects.toMatchObject({
    code: 'seal_broken',
  });
});

test('a report from the past or out of order is refused; one that is told twice is fine', async () => {
  const { session } = (await openSession()).body;
  await start(service, session);
  expect((await report(service, session, 'active')).status).toBe(204);
  expect((await report(service, session, 'active')).status).toBe(204);
  expect((await report(service, session, 'starting')).body.code).toBe('conflict');
  expect((await report(service, session, 'detached', 2)).body.code).toBe('stale_generation');
  expect((await report(entry, session, 'detached')).status).toBe(404);
  expect(
    (await api.call('DELETE', `/v1/orgs/${a.org}/sessions/${session}`, undefined, a.user.token)).status,
  ).toBe(204);
  expect((await report(service, session, 'detached')).body.code).toBe('stale_generation');
  const { end } = (await beat(service, [], [{ id: session, state: 'active', generation: 1 }])).body;
  expect(end).toEqual([session]);
  const again = await api.call(
    'POST',
    `/v1/orgs/${a.org}/sessions/${session}/attachments`,
    { key: await clientKey() },
    a.user.token,
  );
  expect(again.body.code).toBe('session_ended');
});

test('what a restarted service node no longer holds has failed, and says so', async () => {
  const { session } = (await openSession()).body;
  await start(service, session);
  await report(service, session, 'active');
  await beat(service, [], []);
  const { sessions } = (await api.call('GET', `/v1/orgs/${a.org}/sessions`, undefined, a.user.token)).body;
  expect(sessions.map(({ id }: { id: string }) => id)).not.toContain(session);
});

test('nodes that join and move all at once end up knowing each other', async () => {
  const path = '/v1/platform/clusters';
  const own = (await api.call('POST', path, { name: 'herd' }, platform)).body.id;
  const join = async (role: 'relay' | 'service', name: string) => {
    const node = await enrolNode(api, platform, own, role, name);
    const fetched = async () => {
      const { body } = await api.call('GET', '/v1/node/snapshot', undefined, await node.assertion());
      return verifySigned(
        'snapshot',
        node.enrolment,
        Snapshot,
        body.snapshot,
        node.enrolment.signingKeys,
        api.now,
      );
    };
    const early = await fetched();
    await beat(node, role === 'relay' ? ['10.0.0.1:1'] : []);
    return { node, fetched, early };
  };
  const joined = await Promise.all(
    [...'abcdef'].map((letter, n) => join(n % 2 === 0 ? 'relay' : 'service', `herd-${letter}`)),
  );
  for (const { fetched, early } of joined) {
    const late = await fetched();
    // Whoever holds an older content holds an older version, and will ask again.
    if (JSON.stringify(early.neighbours) !== JSON.stringify(late.neighbours))
      expect(late.version).toBeGreaterThan(early.version);
    const relays = late.neighbours.filter(({ dial }) => dial);
    expect(relays.every(({ endpoints }) => endpoints.length === 1)).toBe(true);
    expect(late.neighbours.length).toBeGreaterThanOrEqual(3);
  }
});

test('nodes that were not heard of get no sessions', async () => {
  api.now += 31_000;
  expect((await openSession()).body.code).toBe('no_service_node');
  api.now -= 31_000;
});

test('a sealing key that the node did not sign is refused; a new one is in the next ticket', async () => {
  const { privateKey } = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const sealKey = crypto.getRandomValues(new Uint8Array(32));
  const renew = async (signer: CryptoKey, certified: CryptoKeyPair) =>
    api.call(
      'POST',
      '/v1/node/renew',
      { csr: await csrOf(certified), sealKey: await signSealKey(sealKey, signer) },
      await service.assertion(),
    );
  await beat(service, []);
  const { kty, crv, x, y } = await exportJWK(service.key);
  const publicKey = await crypto.subtle.importKey('jwk', { kty, crv, x, y } as JsonWebKey, P256, true, [
    'verify',
  ]);
  const own = { privateKey: service.key, publicKey };
  const forged = await renew(privateKey, own);
  expect([forged.status, forged.body.code]).toEqual([400, 'bad_request']);
  expect((await openSession()).body.sealKey).toBe(service.enrolment.sealKey);
  const told = base64url.encode(sealKey);
  expect((await renew(service.key, own)).body.sealKey).toBe(told);
  expect((await openSession()).body.sealKey).toBe(told);
});

test('a renewed certificate keeps the old hash while browsers may still meet it', async () => {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const renewed = await enrolNode(api, platform, cluster, 'entry', 'ent2');
  await beat(renewed, ['127.0.0.1:4434']);
  await beat(service, []);
  expect(
    (await api.call('POST', '/v1/node/renew', { csr: await csrOf(keys) }, await renewed.assertion())).status,
  ).toBe(200);
  const { entries } = (await openSession()).body;
  const found = entries.find(({ url }: { url: string }) => url.includes('4434'));
  expect(found.certificateHashes).toHaveLength(2);
});

test('wrong bodies, paths and sizes get problem JSON that names the field, with a request id', async () => {
  const wrong = await api.call('POST', '/v1/auth/srp/start', { email: 'x', A: '', extra: 1 });
  expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  expect(wrong.body).toMatchObject({
    status: 400,
    code: 'bad_request',
    requestId: wrong.headers.get('x-request-id'),
  });
  expect(wrong.body.errors.map(({ path }: { path: string }) => path)).toContain('email');
  expect((await api.call('GET', '/v1/nowhere')).body.code).toBe('not_found');
  expect(
    (await api.call('POST', '/v1/auth/srp/start', { email: 'a@b.test', A: 'x'.repeat(300_000) })).body.code,
  ).toBe('too_large');
});

test('says how it is, what it counts, and what it offers', async () => {
  expect((await api.call('GET', '/health')).body).toEqual({ status: 'ok' });
  expect((await api.call('GET', '/health?detailed=true')).body).toMatchObject({
    status: 'degraded',
    parts: { database: { ok: true }, redis: { ok: false } },
  });
  expect((await api.call('GET', '/metrics')).body).toContain(
    'fabric_api_requests_total{method="POST",status="401"}',
  );
  const { openapi, paths } = (await api.call('GET', '/openapi.json')).body;
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths)).toContain('/v1/orgs/{org}/sessions');
});
