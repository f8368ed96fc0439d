/** What the control API does on every runtime, seen over HTTP only. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { clientKey, enrolNode, makeTenant } from '../integration/control-api.ts';
import { freshNonce, openedBy } from '../integration/secrets-world.ts';
import type { RemoteApi } from '../stack.ts';

/** @param client of a freshly started stack */
export function blackBox(client: () => RemoteApi): void {
  let platform: string;
  let cluster: string;
  let a: Awaited<ReturnType<typeof makeTenant>>;
  let b: Awaited<ReturnType<typeof makeTenant>>;

  test('people sign in, and a cluster and two organizations are made', async () => {
    const api = client();
    platform = (await api.signIn()).accessToken;
    const made = await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform);
    expect(made.status).toBe(201);
    cluster = made.body.id;
    a = await makeTenant(api, platform, cluster, 'org-a');
    b = await makeTenant(api, platform, cluster, 'org-b');
    const mine = await api.call('GET', `/v1/orgs/${a.org}/resources`, undefined, a.user.token);
    expect(mine.body.resources).toHaveLength(1);
  });

  test('one organization finds nothing of the other', async () => {
    const contract = await client().contract();
    const reads = contract.routes.filter(
      ({ method, path }) => method === 'get' && /^\/v1\/orgs\/\{org\}\/[^{]+$/.test(path),
    );
    expect(reads.length).toBeGreaterThan(2);
    for (const { path } of reads) {
      const answer = await client().call('GET', path.replace('{org}', b.org), undefined, a.owner.token);
      expect(answer.status, path).toBe(404);
    }
  });

  test('every route that is not for everyone refuses a caller without a token, and one with a forged token', async () => {
    const contract = await client().contract();
    const guarded = contract.routes.filter(({ operation }) => operation['x-access']?.scope !== 'anonymous');
    const id = '3f0c2a9e-7d41-4b58-9a36-5e1d8c7b2f04';
    for (const { method, path, operation } of guarded) {
      const address = path.replace(/\{[^}]+\}/g, id);
      const body = operation.requestBody?.content['application/json']?.example as object | undefined;
      for (const token of [undefined, `${platform.slice(0, -6)}AAAAAA`]) {
        const answer = await client().call(method.toUpperCase(), address, body, token);
        expect(answer.status, `${method} ${path}`).toBe(401);
      }
    }
  });

  test('a node enrols, proves itself with an assertion that is good once, and gets its signed snapshot', async () => {
    const node = await enrolNode(client(), platform, cluster, 'relay', 'a-node');
    const beat = { endpoints: ['127.0.0.1:4433'], sessions: [] };
    const assertion = await node.assertion();
    expect((await client().call('POST', '/v1/node/heartbeat', beat, assertion)).status).toBe(200);
    expect((await client().call('POST', '/v1/node/heartbeat', beat, assertion)).body.code).toBe(
      'token_replayed',
    );
    const first = await client().call('GET', '/v1/node/snapshot', undefined, await node.assertion());
    expect(first.body.snapshot.split('.')).toHaveLength(3);
  });

  test('a request that waits for news is answered when its time is over, and holds up no other', async () => {
    const node = await enrolNode(client(), platform, cluster, 'relay', 'b-node');
    const waiting = client().call(
      'GET',
      '/v1/node/snapshot?since=1000000&wait=2',
      undefined,
      await node.assertion(),
    );
    expect((await client().call('GET', '/health')).status).toBe(200);
    expect((await waiting).status).toBe(204);
  });

  test('sessions without a node to run them are refused with the reason', async () => {
    const body = { resource: a.resource, key: await clientKey() };
    const answer = await client().call('POST', `/v1/orgs/${a.org}/sessions`, body, a.user.token);
    expect(answer.body.code).toBe('no_service_node');
  });

  test('a key that the fabric makes is sealed, revealed with a reason, and delivered to the node of its session', async () => {
    const api = client();
    const at = `/v1/orgs/${a.org}`;
    const wanted = { name: 'root', kind: 'ssh_key', generate: { kind: 'ssh_key' } };
    const made = await api.call('POST', `${at}/secrets`, wanted, a.owner.token);
    expect(made.body.publicPart).toMatch(/^ssh-ed25519 /);
    const path = `${at}/secrets/${made.body.id}/reveal`;
    const { value } = (await api.call('POST', path, { reason: 'a look' }, a.owner.token)).body;
    expect(value).toContain('OPENSSH PRIVATE KEY');
    const credential = { secret: made.body.id };
    await api.call('PATCH', `${at}/resources/${a.resource}`, { credential }, a.owner.token);
    const service = await enrolNode(api, platform, cluster, 'service', 'c-node');
    const entry = await enrolNode(api, platform, cluster, 'entry', 'd-node');
    for (const [node, endpoints] of [
      [service, []],
      [entry, ['127.0.0.1:4434']],
    ] as const)
      await api.call('POST', '/v1/node/heartbeat', { endpoints, sessions: [] }, await node.assertion());
    const opening = { resource: a.resource, key: await clientKey() };
    const { session } = (await api.call('POST', `${at}/sessions`, opening, a.user.token)).body;
    const start = `/v1/node/sessions/${session}/start`;
    const answer = await api.call('POST', start, { nonce: freshNonce() }, await service.assertion());
    expect(await openedBy(service, answer, Date.now())).toEqual([{ type: 'private_key', privateKey: value }]);
  });

  test('what is too large, too often, not JSON or nowhere is refused in the same words everywhere', async () => {
    const api = client();
    const example = (await api.contract()).routes.find(({ path }) => path === '/v1/nodes/enrol');
    const body = example?.operation.requestBody?.content['application/json']?.example as object;
    expect((await api.call('POST', '/v1/nodes/enrol', { ...body, csr: 'x'.repeat(300_000) })).body.code).toBe(
      'too_large',
    );
    const text = await api.request('/v1/nodes/enrol', { method: 'POST', body: '{}' });
    expect(text.status).toBe(400);
    expect((await api.call('GET', '/v1/nowhere')).body.code).toBe('not_found');
    const codes = new Set<string>();
    for (let n = 0; n < 70; n += 1) codes.add((await api.call('POST', '/v1/nodes/enrol', body)).body.code);
    expect(codes).toContain('rate_limited');
  });

  test('a POST with an idempotency key that is sent twice is done once', async () => {
    const target = { protocol: 'tcp', host: '10.0.0.1', port: 5432 };
    const create = () =>
      client().call(
        'POST',
        `/v1/orgs/${a.org}/resources`,
        { name: 'once', egressPool: 'pool', target },
        a.owner.token,
        {
          'idempotency-key': 'black-box-once',
        },
      );
    const [first, second] = [await create(), await create()];
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
  });

  test('a request that breaks off half way disturbs nobody', async () => {
    const { hostname, port } = new URL(client().origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"email":',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    expect((await client().call('GET', '/health')).status).toBe(200);
  });

  test('says how it is, with every part it needs', async () => {
    const { body } = await client().call('GET', '/health?detailed=true');
    expect(body).toMatchObject({ status: 'ok', parts: { database: { ok: true }, redis: { ok: true } } });
  });

  test('serves the console and the documentation under the strict policy', async () => {
    for (const path of ['/', '/docs/']) {
      const page = await client().request(path);
      expect(page.status, path).toBe(200);
      expect(page.headers.get('content-type'), path).toContain('text/html');
      expect(page.headers.get('content-security-policy'), path).toContain("default-src 'self'");
    }
  });
}
