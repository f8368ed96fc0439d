/** A cluster's keys go through every phase and back, and what nodes hold is enough at each of them. */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OVERLAP_MS } from '../../edge/keys/phases.ts';
import type { ClusterKey, ClusterKeysView, RotationStep } from '../../schema/api/keys.ts';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import { type SigningKey, SNAPSHOT_LIFETIME_S, type Snapshot } from '../../schema/snapshot.ts';
import { nextKeys, verifySnapshot } from '../../schema/tokens/snapshot.ts';
import { ControlApi, csrOf, enrolNode, P256, type TestNode } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let token: string;
beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  token = (await api.signIn()).accessToken;
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** What an agent keeps: it believes nothing that its keys do not verify. */
class Held {
  keys: readonly SigningKey[];
  snapshot: Snapshot | undefined;
  certificate: string;
  readonly node: TestNode;
  constructor(node: TestNode) {
    this.node = node;
    this.keys = node.enrolment.signingKeys.keys;
    this.certificate = node.enrolment.certificate;
  }
  /** Fetches the newest and, with the asking for what is newer, acknowledges it. */
  async learn(): Promise<Snapshot> {
    const { cluster, node } = this.node.enrolment;
    await this.beat();
    const answer = await this.#ask(this.snapshot?.version ?? 0);
    if (answer.status === 200) {
      const of = { cluster: ClusterId.parse(cluster), node: NodeId.parse(node) };
      const next = await verifySnapshot(of, answer.body.snapshot, { keys: [...this.keys] }, api.now);
      this.keys = nextKeys(this.keys, next);
      this.snapshot = next.snapshot;
      await this.#ask(next.snapshot.version);
    }
    if (!this.snapshot) throw new Error('it has no snapshot');
    return this.snapshot;
  }
  async beat(): Promise<void> {
    const beat = { endpoints: [], sessions: [] };
    const { status } = await api.call('POST', '/v1/node/heartbeat', beat, await this.node.assertion());
    expect(status).toBe(200);
  }
  async #ask(since: number) {
    return api.call('GET', `/v1/node/snapshot?since=${since}`, undefined, await this.node.assertion());
  }
  async renew(): Promise<void> {
    const publicKey = await publicOf(this.node.key);
    const csr = await csrOf({ privateKey: this.node.key, publicKey });
    const { status, body } = await api.call('POST', '/v1/node/renew', { csr }, await this.node.assertion());
    expect(status).toBe(200);
    this.certificate = body.certificate;
  }
  /** Would a neighbour with that snapshot take this one's certificate? */
  isTrustedBy({ ca }: Snapshot): boolean {
    const cas = ca.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    return cas.some((one) =>
      new X509Certificate(this.certificate).verify(new X509Certificate(one).publicKey),
    );
  }
}

async function publicOf(key: CryptoKey): Promise<CryptoKey> {
  const { d: _, key_ops: __, ...jwk } = await crypto.subtle.exportKey('jwk', key);
  return crypto.subtle.importKey('jwk', jwk, P256, true, ['verify']);
}

async function world(name: string) {
  const { body } = await api.call('POST', '/v1/platform/clusters', { name }, token);
  const cluster = body.id as string;
  const nodes: Held[] = [];
  for (const role of ['relay', 'service'] as const)
    nodes.push(new Held(await enrolNode(api, token, cluster, role, `${role}-${name}`)));
  for (const node of nodes) await node.learn();
  const step = async (purpose: ClusterKey, which: RotationStep, force = false) => {
    const path = `/v1/platform/clusters/${cluster}/keys/${purpose}/rotation`;
    const answer = await api.call('POST', path, { step: which, reason: 'test', force }, token);
    return {
      status: answer.status,
      detail: answer.body.detail as string,
      view: answer.body as ClusterKeysView,
    };
  };
  return { cluster, nodes, step };
}

test.each(['signing', 'ca'] as const)(
  '%s: each step waits for every node, and what each holds works at every moment',
  async (purpose) => {
    api.now = Date.now();
    const { nodes, step } = await world(`whole-${purpose}`);
    const [first, last] = nodes;
    if (!first || !last) throw new Error('there are two');
    const everybodyTrustsEverybody = () => {
      for (const { snapshot } of nodes) {
        if (!snapshot) throw new Error('it has no snapshot');
        expect(nodes.every((node) => node.isTrustedBy(snapshot))).toBe(true);
      }
    };
    // There, back to the beginning, there again.
    const path: RotationStep[] = [
      'introduce',
      'back',
      'introduce',
      'activate',
      'back',
      'activate',
      'retire',
      'back',
      'retire',
    ];
    for (const which of path) {
      const needsNodes = which !== 'introduce';
      if (needsNodes && (which === 'activate' || which === 'retire')) {
        const early = await step(purpose, which);
        if (early.status !== 200) {
          expect(early.status).toBe(409);
          // Learnt by one is not learnt by all.
          await first.learn();
          expect((await step(purpose, which)).status).toBe(409);
        } else throw new Error(`${which} did not wait`);
      }
      for (const node of nodes) await node.learn();
      if (purpose === 'ca') for (const node of nodes) await node.renew();
      everybodyTrustsEverybody();
      if (purpose === 'signing' && (which === 'retire' || which === 'back')) {
        if (which === 'retire')
          expect(await step(purpose, which)).toMatchObject({
            status: 409,
            detail: expect.stringContaining('until'),
          });
        api.now += OVERLAP_MS;
        token = (await api.signIn()).accessToken;
        for (const node of nodes) await node.learn();
      }
      expect(await step(purpose, which)).toMatchObject({ status: 200 });
      // Whoever has not learnt yet meets whoever has.
      await first.learn();
      everybodyTrustsEverybody();
      if (purpose === 'ca') await first.renew();
      everybodyTrustsEverybody();
    }
    for (const node of nodes) await node.learn();
    api.now = Date.now();
  },
);

test('a retired key verifies nothing: what it signed before is refused by who has learnt', async () => {
  api.now = Date.now();
  token = (await api.signIn()).accessToken;
  const { nodes, step, cluster } = await world('retired');
  const [node] = nodes;
  if (!node) throw new Error('there are two');
  const before = await api.call('GET', '/v1/node/snapshot?since=0', undefined, await node.node.assertion());
  for (const which of ['introduce', 'activate', 'retire'] as const) {
    expect((await step('signing', which, true)).status).toBe(200);
    for (const one of nodes) await one.learn();
  }
  const of = { cluster: ClusterId.parse(cluster), node: NodeId.parse(node.node.enrolment.node) };
  await expect(
    verifySnapshot(of, before.body.snapshot, { keys: [...node.keys] }, api.now),
  ).rejects.toMatchObject({
    code: 'token_invalid',
  });
  const trail = await api.call('GET', '/v1/platform/audit?action=cluster-key.', undefined, token);
  expect(trail.body.entries.map(({ action }: { action: string }) => action).slice(0, 3)).toEqual([
    'cluster-key.retire',
    'cluster-key.activate',
    'cluster-key.introduce',
  ]);
});

test('a node that was silent for as long as its snapshot lives holds nobody up, and is named', async () => {
  api.now = Date.now() - SNAPSHOT_LIFETIME_S * 1000 - 60_000;
  const { cluster, nodes, step } = await world('silent');
  api.now = Date.now();
  token = (await api.signIn()).accessToken;
  const [awake] = nodes;
  await awake?.beat();
  expect((await step('signing', 'introduce')).status).toBe(200);
  expect((await step('signing', 'activate')).status).toBe(409);
  await awake?.learn();
  expect(await step('signing', 'activate')).toMatchObject({ status: 200 });
  const { body } = await api.call('GET', `/v1/platform/clusters/${cluster}/keys`, undefined, token);
  expect(body.waiting.away).toEqual(['service-silent']);
});
