/** Roles as the processes they are: what the agent tells them arrives, whenever it says it. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type TestAuthority, type TestLeaf, testAuthority } from '../../dataplane/quic/test-identity.ts';
import { ClusterId, NodeId, nodeUri } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Neighbour, Snapshot } from '../../schema/snapshot.ts';
import { RoleSupervisor } from './supervisor.ts';

const cluster = ClusterId.parse(crypto.randomUUID());
const [entry, relay] = [NodeId.parse(crypto.randomUUID()), NodeId.parse(crypto.randomUUID())];

let authority: TestAuthority;
const leaves = new Map<NodeId, TestLeaf>();
beforeAll(async () => {
  authority = await testAuthority();
  for (const node of [entry, relay]) leaves.set(node, await authority.issue(nodeUri(cluster, node)));
});
const supervisors: RoleSupervisor[] = [];
afterEach(() => Promise.all(supervisors.splice(0).map((supervisor) => supervisor.close())));

const leaf = (node: NodeId) => leaves.get(node) as TestLeaf;
const neighbour = (node: NodeId, role: NodeRole, endpoints: string[] = []): Neighbour => ({
  node,
  roles: [role],
  spki: leaf(node).spki,
  dial: endpoints.length > 0,
  endpoints,
});
const snapshot = (node: NodeId, role: NodeRole, version: number, neighbours: Neighbour[]): Snapshot => ({
  cluster,
  node,
  version,
  roles: [role],
  ca: authority.ca,
  signingKeys: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k', alg: 'EdDSA', use: 'sig' }] },
  neighbours,
});
const supervise = (
  role: NodeRole,
  first: Snapshot,
  publicTls: () => TestLeaf | undefined = () => undefined,
) => {
  const supervisor = new RoleSupervisor({
    role,
    identity: () => leaf(first.node),
    snapshot: () => first,
    publicTls,
    seal: () => undefined,
    listen: { host: '127.0.0.1', port: 0, publicHost: undefined },
    logLevel: 'silent',
    control: { startSession: () => Promise.reject(new Error()), report: () => Promise.resolve() },
    changed: () => {},
    log: { warn: () => {} },
  });
  supervisors.push(supervisor);
  return supervisor;
};
const until = async (what: () => boolean, ms = 20_000) => {
  const deadline = Date.now() + ms;
  while (!what() && Date.now() < deadline) await sleep(20);
  return what();
};

test('a snapshot that comes while the role is starting is not lost', async () => {
  const accepting = supervise('relay', snapshot(relay, 'relay', 1, [neighbour(entry, 'entry')]));
  expect(await until(() => accepting.endpoint !== undefined)).toBe(true);
  const dialing = supervise('entry', snapshot(entry, 'entry', 1, []));
  dialing.update(snapshot(entry, 'entry', 2, [neighbour(relay, 'relay', [accepting.endpoint ?? ''])]));
  expect(await until(() => dialing.metrics['links_up'] === 1)).toBe(true);
  expect(await until(() => accepting.metrics['links_up'] === 1)).toBe(true);
});

test('an entry shows browsers over TCP what they trust, and what came after it, without a restart', async () => {
  const [first, second] = await Promise.all([
    authority.issue('fabric://t/a'),
    authority.issue('fabric://t/b'),
  ]);
  let shown = first;
  const supervisor = supervise('entry', snapshot(entry, 'entry', 1, []), () => shown);
  expect(await until(() => supervisor.endpoint !== undefined)).toBe(true);
  const port = Number(supervisor.endpoint?.split(':')[1]);
  const look = async () => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return raw;
  };
  expect((await look()).equals(Buffer.from(first.der))).toBe(true);
  shown = second;
  supervisor.renewIdentity();
  await expect.poll(async () => (await look()).equals(Buffer.from(second.der))).toBe(true);
});
