import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer,
  type Server,
  type Socket as TcpSocket,
} from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ClusterId, NodeId, nodeUri } from '../../schema/ids.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import { type TestAuthority, type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import type { ByteStream } from '../transport/transport.ts';
import { TUNNEL_PATH } from '../tunnel/serve.ts';
import { Mesh } from './mesh.ts';

const cluster = ClusterId.parse(crypto.randomUUID());
const [relayId, nodeId] = [NodeId.parse(crypto.randomUUID()), NodeId.parse(crypto.randomUUID())];
const log = { debug: () => {}, info: () => {}, warn: () => {} };

let authority: TestAuthority;
let relayLeaf: TestLeaf;
let nodeLeaf: TestLeaf;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  authority = await testAuthority();
  relayLeaf = await authority.issue(nodeUri(cluster, relayId));
  nodeLeaf = await authority.issue(nodeUri(cluster, nodeId));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function mesh(
  node: NodeId,
  leaf: TestLeaf,
  neighbour: { node: NodeId; leaf: TestLeaf; endpoint?: string },
  flow: (stream: ByteStream) => void = () => {},
): Promise<Mesh> {
  const announces = neighbour.endpoint === undefined;
  const { spki } = neighbour.leaf;
  const endpoints = neighbour.endpoint === undefined ? [] : [neighbour.endpoint];
  const snapshot: Snapshot = {
    cluster,
    node,
    version: 1,
    epoch: 1,
    roles: [announces ? 'relay' : 'service'],
    ca: authority.ca,
    signingKeys: { keys: [] },
    neighbours: [{ node: neighbour.node, roles: ['relay'], spki, dial: !announces, endpoints }],
  };
  const started = await Mesh.start({
    context: {
      identity: leaf,
      snapshot,
      publicTls: undefined,
      seal: undefined,
      listen: { host: '127.0.0.1', port: 0, publicHost: undefined },
      control: {
        startSession: () => Promise.reject(new Error('none')),
        putPart: async () => {},
        report: async () => {},
      },
      log,
      now: Date.now,
    },
    announces,
    tryUdpAgain: { first: 300, most: 600 },
    flow: (_from, _open, stream) => flow(stream),
  });
  closing.push(() => started.close());
  return started;
}

interface BlockedPort {
  readonly port: number;
  readonly letUdp: () => void;
  readonly swallowed: () => number;
  readonly overTcp: () => number;
}

/** In front of a node: TCP goes through, UDP is swallowed until `letUdp`. */
async function blockedPort(to: number): Promise<BlockedPort> {
  const sockets = new Set<TcpSocket>();
  const tcp: Server = createServer((from) => {
    const onward = connectTcp(to, '127.0.0.1');
    for (const socket of [from, onward]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    from.pipe(onward).pipe(from);
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4').bind(port, '127.0.0.1');
  await once(udp, 'listening');
  const onwards = new Map<number, Socket>();
  const letUdp = () => {
    isOpen = true;
  };
  let [isOpen, swallowed] = [false, 0];
  udp.on('message', (packet, from) => {
    if (!isOpen) {
      swallowed += 1;
      return;
    }
    let onward = onwards.get(from.port);
    if (!onward) {
      onward = createSocket('udp4');
      onward.on('message', (answer) => udp.send(answer, from.port, from.address));
      onwards.set(from.port, onward);
    }
    onward.send(packet, to, '127.0.0.1');
  });
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    for (const socket of onwards.values()) socket.close();
    udp.close();
    tcp.close();
  });
  return { port, letUdp, swallowed: () => swallowed, overTcp: () => sockets.size };
}

/** All of it comes back as it went. */
function echoes(stream: ByteStream): void {
  const readable = () => {
    for (let chunk = stream.read(); chunk; chunk = stream.read()) stream.write(chunk);
  };
  const nothing = () => {};
  stream.observe({ readable, writable: nothing, reset: nothing, stopped: nothing, closed: nothing });
}

function reading(stream: ByteStream): { bytes: () => number; ended: () => boolean } {
  let [bytes, over] = [0, false];
  const readable = () => {
    for (let chunk = stream.read(); chunk; chunk = stream.read()) bytes += chunk.length;
  };
  const end = () => {
    over = true;
  };
  stream.observe({ readable, writable: () => {}, reset: end, stopped: end, closed: end });
  return { bytes: () => bytes, ended: () => over };
}

const patience = { timeout: 15_000, interval: 20 };

test('where UDP is blocked the link goes over TCP, flows pass both ways, and it moves back without breaking one', async () => {
  const relay = await mesh(relayId, relayLeaf, { node: nodeId, leaf: nodeLeaf }, echoes);
  const way = await blockedPort(relay.port);
  const endpoint = `127.0.0.1:${way.port}`;
  const node = await mesh(nodeId, nodeLeaf, { node: relayId, leaf: relayLeaf, endpoint }, echoes);
  await expect.poll(() => [node.linksOverTcp, relay.linksOverTcp], patience).toEqual([1, 1]);
  expect(way.swallowed()).toBeGreaterThan(0);

  const flow = await node.openFlow({ to: relayId, class: 2 });
  const heard = reading(flow);
  flow.write(new Uint8Array(500_000));
  await expect.poll(heard.bytes, patience).toBe(500_000);
  // The neighbour that was dialed opens flows as well.
  const back = await relay.openFlow({ to: nodeId, class: 2 });
  const heardBack = reading(back);
  back.write(new Uint8Array(1_000));
  await expect.poll(heardBack.bytes, patience).toBe(1_000);

  way.letUdp();
  await expect.poll(() => [node.linksOverTcp, relay.linksOverTcp, node.linksUp], patience).toEqual([0, 0, 1]);
  flow.write(new Uint8Array(10_000));
  await expect.poll(heard.bytes, patience).toBe(510_000);
  expect(heard.ended()).toBe(false);
  const newer = await node.openFlow({ to: relayId, class: 2 });
  const heardNewer = reading(newer);
  newer.write(new Uint8Array(2_000));
  await expect.poll(heardNewer.bytes, patience).toBe(2_000);
}, 60_000);

test('another node at the same address is no neighbour over TCP either, and gets no packet', async () => {
  const stranger = await authority.issue(nodeUri(cluster, relayId));
  const relay = await mesh(relayId, stranger, { node: nodeId, leaf: nodeLeaf }, echoes);
  const way = await blockedPort(relay.port);
  const endpoint = `127.0.0.1:${way.port}`;
  const node = await mesh(nodeId, nodeLeaf, { node: relayId, leaf: relayLeaf, endpoint });
  // Asked over TCP, and turned away.
  await expect.poll(way.overTcp, patience).toBeGreaterThan(0);
  await sleep(300);
  expect([node.linksUp, relay.linksUp]).toEqual([0, 0]);
}, 30_000);

test('who shows no certificate, or one that the snapshot does not name, is not let in over TCP', async () => {
  const relay = await mesh(relayId, relayLeaf, { node: nodeId, leaf: nodeLeaf });
  const stranger = await authority.issue(nodeUri(cluster, nodeId));
  const ask = async (leaf: TestLeaf | undefined, path = TUNNEL_PATH) => {
    const socket = connect({
      host: '127.0.0.1',
      port: relay.port,
      rejectUnauthorized: false,
      ...(leaf ? { cert: leaf.certificate, key: leaf.key } : {}),
    });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toBe('TLSv1.3');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: connect-udp\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString().slice(9, 12);
  };
  expect(await ask(undefined)).toBe('403');
  expect(await ask(stranger)).toBe('403');
  expect(await ask(nodeLeaf, TUNNEL_PATH.replace('127.0.0.1', '10.0.0.1'))).toBe('403');
  expect(await ask(nodeLeaf)).toBe('101');
});
