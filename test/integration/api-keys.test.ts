/** Service accounts with keys, and the limits of an organization: against a real PostgreSQL. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCounts, redisLimits } from '../../edge/limits.ts';
import { ControlApi, clientKey } from './control-api.ts';
import { Calls } from './tenancy-calls.ts';
import { makeWorld, type World } from './tenancy-world.ts';

let world: World;
let call: Calls['call'];
let open: Calls['open'];
let liveSessions: Calls['liveSessions'];
let grant: Calls['grant'];
let reachable: Calls['reachable'];
let owner: string;
let at: string;

beforeAll(async () => {
  world = await makeWorld(['organization_admin']);
  ({ call, open, liveSessions, grant, reachable, owner, at } = new Calls(world));
});
afterAll(() => world[Symbol.asyncDispose]());

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

  test('is good from where the socket is, whatever a header says; behind a trusted proxy from where that says', async () => {
    const here = { name: 'socket', sources: ['203.0.113.0/24'] };
    const { key } = (await call('POST', `/service-accounts/${world.a.ids['account']}/keys`, owner, here))
      .body;
    const server = serve({ fetch: world.api.serve, hostname: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const from = async (headers: Record<string, string>) =>
      (
        await fetch(`http://127.0.0.1:${port}${at}`, {
          headers: { authorization: `Bearer ${key}`, ...headers },
        })
      ).status;
    const named = { 'x-forwarded-for': '203.0.113.9' };
    try {
      expect(await from({ ...named, 'cf-connecting-ip': '203.0.113.9', forwarded: 'for=203.0.113.9' })).toBe(
        403,
      );
      Object.assign(world.api.services.env, { FABRIC_TRUSTED_PROXIES: '127.0.0.0/8' });
      expect(await from(named)).toBe(200);
      expect(await from({ 'x-forwarded-for': '203.0.113.9, 198.51.100.9' })).toBe(403);
      const [entry] = (await call('GET', '/audit?action=organization.change', owner)).body.entries;
      expect(entry.address).toBeNull();
      const patch = { method: 'PATCH', body: '{"locale":"de"}' };
      const headers = { authorization: `Bearer ${owner}`, 'content-type': 'application/json', ...named };
      expect((await fetch(`http://127.0.0.1:${port}${at}`, { ...patch, headers })).status).toBe(200);
      const [newest] = (await call('GET', '/audit?action=organization.change', owner)).body.entries;
      expect(newest.address).toBe('203.0.113.9');
    } finally {
      Object.assign(world.api.services.env, { FABRIC_TRUSTED_PROXIES: undefined });
      server.close();
    }
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

describe('limits', () => {
  const limit = (quotas: object) =>
    call('PATCH', `/v1/platform/organizations/${world.b.org}/quotas`, world.platform.platform_admin, quotas);
  const ofB = (method: string, path: string, body?: object) =>
    call(method, `/v1/orgs/${world.b.org}${path}`, world.b.tokens.organization_owner, body);

  test('of each thing are held, and named when they are reached; only the platform sets them', async () => {
    const { used } = (await ofB('GET', '/quotas')).body;
    expect(used.members).toBe(4);
    await limit({ ...used, sessions: used.sessions });
    const member = { email: 'one-more@b.test', name: 'x', role: 'organization_user' };
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
