/** Nodes and whose word they follow, against a real PostgreSQL: approval, revocation, increments, and a control plane that can not prove its authority. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeChanges } from '../../edge/snapshots/change.ts';
import { lockCluster } from '../../edge/snapshots/publish.ts';
import { ClusterId, type NodeId } from '../../schema/ids.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import { clusters, nodes } from '../../schema/tables/index.ts';
import { advance, verifyIncrement, verifySnapshot } from '../../schema/tokens/snapshot.ts';
import { ControlApi, clientKey, csrOf, enrolNode, makeTenant, P256, type TestNode } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let platform: string;
beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  platform = (await api.signIn()).accessToken;
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

let made = 0;
async function newCluster(): Promise<string> {
  made += 1;
  const body = { name: `trust-${made}`, origins: [] };
  return (await api.call('POST', '/v1/platform/clusters', body, platform)).body.id;
}
const at = (cluster: string, path: string) => `/v1/platform/clusters/${cluster}${path}`;
const ask = (method: string, cluster: string, path: string, body?: object) =>
  api.call(method, at(cluster, path), body, platform);
async function tokenFor(cluster: string, more: object = {}) {
  return (await ask('POST', cluster, '/bootstrap-tokens', { roles: ['relay'], ...more })).body;
}
async function candidate(token: string, name: string) {
  const csr = await csrOf(await crypto.subtle.generateKey(P256, true, ['sign', 'verify']));
  return () => api.call('POST', '/v1/nodes/enrol', { token, name, csr, facts: { hostname: 'host' } });
}
const beat = async (node: TestNode, endpoints: string[] = [], more: object = {}) =>
  api.call('POST', '/v1/node/heartbeat', { endpoints, sessions: [], ...more }, await node.assertion());
const enrol = (cluster: string, role: NodeRole, name: string) =>
  enrolNode(api, platform, cluster, role, name);
const news = async (node: TestNode, query: string) =>
  api.call('GET', `/v1/node/snapshot?${query}`, undefined, await node.assertion());
async function whole(node: TestNode) {
  const { body } = await news(node, 'since=0');
  return verifySnapshot(node.enrolment, body.snapshot, node.enrolment.signingKeys, api.now);
}
const versionOf = async (node: TestNode) => (await whole(node)).snapshot.version;
const sorted = ({ neighbours, ...rest }: Snapshot) => ({
  ...rest,
  neighbours: [...neighbours].sort((a, b) => (a.node < b.node ? -1 : 1)),
});

test('a node waits until a person who saw its fingerprint lets it in, and is given nothing before', async () => {
  const cluster = await newCluster();
  const { token, id } = await tokenFor(cluster);
  const join = await candidate(token, 'waits');
  const first = await join();
  expect(first.status).toBe(202);
  const { request, fingerprint } = first.body.waiting;
  expect(Object.keys(first.body.waiting).sort()).toEqual(['expiresAt', 'fingerprint', 'request']);
  expect((await join()).body.waiting.request).toBe(request);
  expect((await ask('GET', cluster, '/nodes')).body.nodes).toEqual([]);
  const [shown] = (await ask('GET', cluster, '/node-requests')).body.requests;
  expect(shown).toMatchObject({ name: 'waits', fingerprint, state: 'waiting', facts: { hostname: 'host' } });
  const approve = (seen: string) =>
    ask('POST', cluster, `/node-requests/${request}/approve`, { fingerprint: seen });
  expect((await approve('A'.repeat(43))).body.code).toBe('conflict');
  expect((await join()).status).toBe(202);
  expect(await approve(fingerprint)).toMatchObject({ status: 200, body: { state: 'approved' } });
  const stranger = await candidate(token, 'waits');
  expect((await stranger()).body.code).toBe('token_invalid');
  const let_in = await join();
  expect(let_in).toMatchObject({ status: 201, body: { cluster } });
  const [listed] = (await ask('GET', cluster, '/bootstrap-tokens')).body.tokens;
  expect(listed).toMatchObject({ id, uses: 1, usesLeft: 0, state: 'used-up', approval: 'required' });
});

test('refused, too late, or its token withdrawn: the node stays outside', async () => {
  const cluster = await newCluster();
  const { token, id } = await tokenFor(cluster, { uses: 3 });
  const [refused, late, orphan] = await Promise.all(['r', 'l', 'o'].map((name) => candidate(token, name)));
  const [a, b, c] = [await refused?.(), await late?.(), await orphan?.()];
  const path = (answer: typeof a, verb: string) => `/node-requests/${answer?.body.waiting.request}/${verb}`;
  const approve = (answer: typeof a) =>
    ask('POST', cluster, path(answer, 'approve'), { fingerprint: answer?.body.waiting.fingerprint });
  expect((await ask('POST', cluster, path(a, 'refuse'), { reason: 'unknown' })).status).toBe(200);
  expect((await refused?.())?.body.code).toBe('enrolment_refused');
  expect((await approve(a)).body.code).toBe('conflict');
  expect((await ask('DELETE', cluster, `/bootstrap-tokens/${id}`)).status).toBe(204);
  expect((await approve(c)).body.code).toBe('conflict');
  expect((await orphan?.())?.body.code).toBe('token_invalid');
  api.now += 25 * 3_600_000;
  const again = (await api.signIn()).accessToken;
  const body = { fingerprint: b?.body.waiting.fingerprint };
  expect((await api.call('POST', at(cluster, path(b, 'approve')), body, again)).body.code).toBe('conflict');
  api.now -= 25 * 3_600_000;
});

test('where the cluster says so every node is approved, whatever its token says', async () => {
  const cluster = await newCluster();
  expect((await ask('PATCH', cluster, '/policy', { approval: 'always' })).body.approval).toBe('always');
  const { token } = await tokenFor(cluster, { approval: 'automatic' });
  expect((await (await candidate(token, 'n'))()).status).toBe(202);
});

test('a revoked node is told that it has nothing, its neighbours that it is none; its sessions end and its name is free', async () => {
  const cluster = await newCluster();
  const tenant = await makeTenant(api, platform, cluster, `org-${made}`);
  const [relay, service, entry] = [
    await enrol(cluster, 'relay', 'relay'),
    await enrol(cluster, 'service', 'service'),
    await enrol(cluster, 'entry', 'entry'),
  ];
  for (const node of [relay, service, entry]) await beat(node, ['127.0.0.1:1']);
  const opened = await api.call(
    'POST',
    `/v1/orgs/${tenant.org}/sessions`,
    { resource: tenant.resource, key: await clientKey() },
    tenant.user.token,
  );
  expect(opened.status).toBe(201);
  const { node } = service.enrolment;
  const waiting = news(relay, `since=${await versionOf(relay)}&wait=20`);
  const startedAt = performance.now();
  const { body } = await ask('DELETE', cluster, `/nodes/${node}`);
  expect(body).toEqual({ node, sessions: 1, told: 1 });
  const told = await waiting;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  const heard = await verifySnapshot(
    relay.enrolment,
    told.body.snapshot,
    relay.enrolment.signingKeys,
    api.now,
  );
  expect(heard.snapshot.neighbours.map((one) => one.node)).toEqual([entry.enrolment.node]);
  expect((await beat(service)).body.code).toBe('token_invalid');
  const nothing = (await whole(service)).snapshot;
  expect(nothing).toMatchObject({ roles: [], neighbours: [] });
  expect(nothing).not.toHaveProperty('egressPools');
  expect((await ask('DELETE', cluster, `/nodes/${node}`)).body.code).toBe('not_found');
  expect((await enrol(cluster, 'service', 'service')).enrolment.node).not.toBe(node);
});

test('an approval lets a node in once: revoked, it needs a new one', async () => {
  const cluster = await newCluster();
  const { token } = await tokenFor(cluster);
  const join = await candidate(token, 'once');
  const { request, fingerprint } = (await join()).body.waiting;
  await ask('POST', cluster, `/node-requests/${request}/approve`, { fingerprint });
  const { node } = (await join()).body;
  expect((await ask('DELETE', cluster, `/nodes/${node}`)).status).toBe(200);
  expect((await join()).status).toBeGreaterThanOrEqual(400);
  expect((await ask('GET', cluster, '/nodes')).body.nodes).toEqual([]);
});

test('increments bring a node exactly where the whole would, and who is not concerned is sent nothing', async () => {
  const cluster = await newCluster();
  const [relay, entry, service] = [
    await enrol(cluster, 'relay', 'relay'),
    await enrol(cluster, 'entry', 'entry'),
    await enrol(cluster, 'service', 'service'),
  ];
  let held = await whole(relay);
  const others = [await versionOf(entry), await versionOf(service)];
  const step = async () => {
    const { version } = held.snapshot;
    const { body } = await news(relay, `since=${version}&epoch=1&increments=yes`);
    const { signingKeys } = relay.enrolment;
    held = advance(held, await verifyIncrement(relay.enrolment, body.increment, signingKeys, api.now));
    expect(sorted(held.snapshot)).toEqual(sorted((await whole(relay)).snapshot));
  };
  const another = await enrol(cluster, 'entry', 'another');
  await step();
  // Where an entry listens is no business of the relay, which does not dial it; nor the entry's own.
  await beat(another, ['127.0.0.1:7']);
  expect((await news(relay, `since=${held.snapshot.version}&epoch=1&increments=yes`)).status).toBe(204);
  await ask('DELETE', cluster, `/nodes/${another.enrolment.node}`);
  await enrol(cluster, 'service', 'third');
  await step();
  expect([await versionOf(entry), await versionOf(service)]).toEqual(others);
  await beat(relay, ['127.0.0.1:9']);
  expect([await versionOf(entry), await versionOf(service)]).toEqual(others.map((version) => version + 1));
  // Further back than is known, or from another authority: the whole.
  for (const from of ['since=0&epoch=1', 'since=1'])
    expect((await news(relay, `${from}&increments=yes`)).body).toHaveProperty('snapshot');
});

test('what a service node is told of is its own pool, and it takes no session of another', async () => {
  const cluster = await newCluster();
  const tenant = await makeTenant(api, platform, cluster, `org-${made}`);
  const service = await enrol(cluster, 'service', 'service');
  const entry = await enrol(cluster, 'entry', 'entry');
  for (const node of [service, entry]) await beat(node, ['127.0.0.1:1']);
  expect((await whole(service)).snapshot.egressPools).toEqual(['pool']);
  expect((await whole(entry)).snapshot.egressPools).toBeUndefined();
  const body = { resource: tenant.resource, key: await clientKey() };
  const { session } = (await api.call('POST', `/v1/orgs/${tenant.org}/sessions`, body, tenant.user.token))
    .body;
  await api.services.db.platform(async (tx) => {
    const id = ClusterId.parse(cluster);
    await lockCluster(tx, id);
    await nodeChanges(tx, id, api.now, service.enrolment.node as NodeId, { egressPools: ['elsewhere'] });
  });
  const nonce = 'A'.repeat(22);
  const start = `/v1/node/sessions/${session}/start`;
  expect((await api.call('POST', start, { nonce }, await service.assertion())).body.code).toBe('forbidden');
  expect((await whole(service)).snapshot.egressPools).toEqual(['elsewhere']);
});

/** What widens trust, and is refused in a minority. */
async function widening(cluster: string, org: string, owner: string, resource: string) {
  const grant = { to: { type: 'role', role: 'organization_operator' } };
  const { token } = await tokenFor(cluster);
  return (): Promise<{ body: { code?: RefusalCode } }[]> =>
    Promise.all([
      ask('POST', cluster, '/bootstrap-tokens', { roles: ['relay'] }),
      ask('PATCH', cluster, '/policy', { quorum: 'none' }),
      candidate(token, 'new').then((join) => join()),
      api.call('POST', `/v1/orgs/${org}/resources/${resource}/grants`, grant, owner),
      api.call('POST', `/v1/orgs/${org}/service-accounts`, { name: 'x', role: 'organization_user' }, owner),
    ]);
}

test('a minority does nothing that widens trust, still takes trust away, and acts again once it is promoted', async () => {
  const cluster = await newCluster();
  const tenant = await makeTenant(api, platform, cluster, `org-${made}`);
  const all = await Promise.all(['a', 'b', 'c'].map((name) => enrol(cluster, 'relay', name)));
  for (const node of all) await beat(node);
  const tryAll = await widening(cluster, tenant.org, tenant.owner.token, tenant.resource);
  expect((await ask('GET', cluster, '/partition')).body).toMatchObject({
    proven: true,
    witnesses: 3,
    heard: 3,
  });
  await api.services.db.platform((tx) =>
    tx
      .update(nodes)
      .set({ lastSeenAt: new Date(api.now - 120_000) })
      .where(eq(nodes.cluster, cluster)),
  );
  const [first, second] = all;
  if (!first || !second) throw new Error('no nodes');
  await beat(first);
  expect((await ask('GET', cluster, '/partition')).body).toMatchObject({ proven: false, heard: 1, epoch: 1 });
  for (const { body } of await tryAll()) expect(body.code).toBe('authority_not_proven');
  expect((await ask('DELETE', cluster, `/nodes/${second.enrolment.node}`)).status).toBe(200);
  const act = (verb: string, epoch: number) =>
    ask('POST', cluster, `/partition/${verb}`, { epoch, reason: 'the other site burnt down' });
  expect((await act('promote', 7)).body.code).toBe('stale_generation');
  expect((await act('promote', 1)).body).toMatchObject({ epoch: 2, proven: true });
  expect((await whole(first)).snapshot.epoch).toBe(2);
  for (const { body } of await tryAll()) expect(body.code).not.toBe('authority_not_proven');
  const { entries } = (await api.call('GET', '/v1/platform/audit', undefined, platform)).body;
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'partition.promote', subject: cluster, generation: 2 }),
  );
});

test('told to stand back, or shown that another side was promoted, a control plane is no authority until merged', async () => {
  const cluster = await newCluster();
  const node = await enrol(cluster, 'relay', 'node');
  const act = (verb: string, epoch: number) =>
    ask('POST', cluster, `/partition/${verb}`, { epoch, reason: 'a test' });
  const proven = async () => (await ask('GET', cluster, '/partition')).body.proven as boolean;
  expect((await act('split', 1)).body).toMatchObject({ authority: 'split', epoch: 1, proven: false });
  expect((await act('split', 1)).body.code).toBe('conflict');
  expect((await act('merge', 1)).body).toMatchObject({ authority: 'whole', epoch: 2, proven: true });
  // The other side: a copy of this one, promoted further, from which the node comes.
  const set = (epoch: number) =>
    api.services.db.platform((tx) => tx.update(clusters).set({ epoch }).where(eq(clusters.id, cluster)));
  await set(5);
  const proof = (await news(node, 'since=0')).body.snapshot as string;
  await set(2);
  expect((await beat(node, [], { newerAuthority: 'made up' })).status).toBe(200);
  expect((await beat(node, [], { newerAuthority: `${proof.slice(0, -4)}AAAA` })).status).toBe(200);
  expect(await proven()).toBe(true);
  expect((await beat(node, [], { newerAuthority: proof })).body.epoch).toBe(2);
  expect(await proven()).toBe(false);
  expect((await act('promote', 2)).body.code).toBe('conflict');
  expect((await act('merge', 2)).body).toMatchObject({ authority: 'whole', epoch: 6, proven: true });
});
