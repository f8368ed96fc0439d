/** Roles as the processes they are: what the agent tells them arrives, whenever it says it. */
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type TestAuthority, type TestLeaf, testAuthority } from '../../dataplane/quic/test-identity.ts';
import { ClusterId, NodeId, nodeUri } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Neighbour, Snapshot } from '../../schema/snapshot.ts';
import { hostTools } from './confinement.ts';
import { RoleSupervisor, type SupervisorOptions } from './supervisor.ts';

const cluster = ClusterId.parse(crypto.randomUUID());
const [entry, relay] = [NodeId.parse(crypto.randomUUID()), NodeId.parse(crypto.randomUUID())];

let authority: TestAuthority;
const leaves = new Map<NodeId, TestLeaf>();
beforeAll(async () => {
  authority = await testAuthority();
  for (const node of [entry, relay]) leaves.set(node, await authority.issue(nodeUri(cluster, node)));
});
const LIMITS = { identity: undefined, memoryMiB: 512, cpuPercent: 100, openFiles: 1_024 } as const;
let recorded: string[] = [];
const supervisors: RoleSupervisor[] = [];
afterEach(async () => {
  await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.close()));
  recorded = [];
});

/** Every folder above may be entered by everyone: a clone under a home folder may not. */
function isReadableByAll(path: string): boolean {
  const isOpen = (statSync(path).mode & 0o005) !== 0;
  return isOpen && (dirname(path) === path || isReadableByAll(dirname(path)));
}

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
  epoch: 1,
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
  more: Partial<SupervisorOptions> = {},
) => {
  const supervisor = new RoleSupervisor({
    role,
    identity: () => leaf(first.node),
    snapshot: () => first,
    publicTls,
    seal: () => undefined,
    listen: { host: '127.0.0.1', port: 0, publicHost: undefined },
    logLevel: 'silent',
    control: {
      startSession: () => Promise.reject(new Error()),
      putPart: async () => {},
      report: () => Promise.resolve(),
    },
    changed: () => {},
    log: { warn: () => {} },
    tools: hostTools(),
    limits: LIMITS,
    record: (event) => void recorded.push(event),
    ...more,
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

test('a role that stops answering is killed and comes back', async () => {
  const probe = { every: 100, patience: 2_000 };
  const supervisor = supervise('relay', snapshot(relay, 'relay', 1, []), undefined, { probe });
  expect(await until(() => supervisor.ready)).toBe(true);
  const stuck = supervisor.pid ?? 0;
  process.kill(stuck, 'SIGSTOP');
  expect(await until(() => supervisor.restarts === 1)).toBe(true);
  expect(await until(() => supervisor.ready && supervisor.pid !== stuck)).toBe(true);
  expect(recorded).toEqual(['role.started', 'role.unresponsive', 'role.ended', 'role.started']);
});

test('a role that the snapshot does not assign never starts, whoever asks for it', async () => {
  const supervisor = supervise('entry', snapshot(relay, 'relay', 1, []));
  expect(await until(() => supervisor.restarts >= 1)).toBe(true);
  expect(supervisor.ready).toBe(false);
  expect(supervisor.endpoint).toBeUndefined();
});

test('runs without privileges to gain, core dumps or more files than it may open', async () => {
  const supervisor = supervise('relay', snapshot(relay, 'relay', 1, []));
  expect(await until(() => supervisor.ready)).toBe(true);
  const of = (file: string) => readFileSync(`/proc/${supervisor.pid}/${file}`, 'utf8');
  expect(of('status')).toMatch(/^NoNewPrivs:\s+1$/m);
  expect(of('limits')).toMatch(/^Max core file size\s+0\s+0/m);
  expect(of('limits')).toMatch(/^Max open files\s+1024\s+1024/m);
  expect(supervisor.confinement).toContain('no new privileges');
  expect(of('environ')).not.toContain('FABRIC_');
});

test.runIf(process.getuid?.() === 0 && isReadableByAll(import.meta.filename))(
  'as root it runs as the configured user, without a capability',
  async () => {
    const limits = { ...LIMITS, identity: { user: 65_534, group: 65_534 } };
    const supervisor = supervise('relay', snapshot(relay, 'relay', 1, []), undefined, { limits });
    expect(await until(() => supervisor.ready)).toBe(true);
    const status = readFileSync(`/proc/${supervisor.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
    expect(status).toMatch(/^Gid:\s+65534\s+65534\s+65534\s+65534$/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
  },
);

test('stops at once when nobody is at a session, and within its deadline', async () => {
  const supervisor = supervise('relay', snapshot(relay, 'relay', 1, []));
  expect(await until(() => supervisor.ready)).toBe(true);
  const pid = supervisor.pid ?? 0;
  const startedAt = performance.now();
  await supervisor.close(60_000);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(() => process.kill(pid, 0)).toThrow();
  expect(recorded).toContain('role.stopped');
});
