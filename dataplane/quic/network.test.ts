/** Addresses, sockets and what becomes of connections when they change. */
import { spawn } from 'node:child_process';
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { nextStream, Watched } from '../transport/conformance.ts';
import { bindEndpoint } from './endpoint.ts';
import type { QuicConnection } from './quic.ts';
import { dialOptions, listening, quicPair, type TestLeaves, testLeaves } from './test-pair.ts';

let leaves: TestLeaves;
beforeAll(async () => {
  leaves = await testLeaves();
});

async function transfers(
  dialer: QuicConnection,
  listener: QuicConnection,
  size: number,
  during = async () => {},
) {
  const arrived = nextStream(listener);
  const bytes = randomBytes(size);
  const sender = new Watched(await dialer.openStream(4));
  const sent = sender.writeAll(bytes);
  const received = new Watched(await arrived).readAll();
  await during();
  await sent;
  const [a, b] = [bytes, await received].map((part) => createHash('sha256').update(part).digest('hex'));
  expect(a).toBe(b);
}

test('IPv6 on its own', async () => {
  await using pair = await quicPair(leaves, {}, { host: '::1' });
  expect(pair.listener.peer.address).toBe('::1');
  await transfers(pair.dialer, pair.listener, 2_000_000);
});

test('one socket for both families: each client is told by its own address', async () => {
  await using far = await listening(leaves, {}, { host: '::' });
  await using near = await bindEndpoint({ host: '::' });
  const seen: string[] = [];
  for (const host of ['127.0.0.1', '::1']) {
    const dialer = await near.dial(dialOptions(leaves, far.endpoint.port, { host }));
    await expect.poll(() => far.connections.length).toBe(seen.length / 2 + 1);
    const listener = far.connections.at(-1) as QuicConnection;
    seen.push(listener.peer.address, dialer.peer.address);
    await transfers(dialer, listener, 1_000_000);
  }
  expect(seen).toEqual(['127.0.0.1', '127.0.0.1', '::1', '::1']);
});

test('a server bound to every address answers from the one that was asked', async () => {
  await using far = await listening(leaves, {}, { host: '0.0.0.0' });
  await using near = await bindEndpoint();
  // All of 127.0.0.0/8 is this machine; a source address the kernel chose by itself would be 127.0.0.1.
  const dialer = await near.dial(dialOptions(leaves, far.endpoint.port, { host: '127.0.0.77' }));
  await transfers(dialer, await far.accepted, 1_000_000);
});

test('an IPv4 socket does not reach an IPv6 address, and says why', async () => {
  await using near = await bindEndpoint();
  await expect(near.dial(dialOptions(leaves, 1, { host: '::1' }))).rejects.toThrow('bind ::');
});

describe.each(['gso', 'sendmmsg', 'sendmsg'] as const)('handing packets to the kernel by %s', (sendMode) => {
  test('a transfer and a burst of datagrams arrive', async () => {
    await using pair = await quicPair(leaves, {}, { sendMode });
    let datagrams = 0;
    const count = (batch: readonly Uint8Array[]) => {
      datagrams += batch.length;
    };
    pair.dialer.observe({ stream: () => {}, datagrams: count, closed: () => {} });
    await transfers(pair.dialer, pair.listener, 5_000_000, async () => {
      for (let n = 0; n < 200; n += 1) pair.listener.sendDatagram(new Uint8Array(500), 0);
    });
    await expect.poll(() => datagrams).toBeGreaterThan(190);
    expect(pair.near.stats()).toMatchObject({ sendMode, packetsLost: 0 });
  });
});

test('rebinding moves connections along in the middle of a transfer', async () => {
  await using pair = await quicPair(leaves);
  const before = pair.near.port;
  await transfers(pair.dialer, pair.listener, 30_000_000, async () => {
    for (let n = 0; n < 3; n += 1) {
      await sleep(30);
      await pair.near.rebind();
    }
  });
  expect(pair.near.port).not.toBe(before);
});

test('rebinding to an address that is taken changes nothing', async () => {
  await using pair = await quicPair(leaves);
  const { port } = pair.near;
  await expect(pair.near.rebind({ port: pair.far.port })).rejects.toThrow('can not bind');
  expect(pair.near.port).toBe(port);
  await transfers(pair.dialer, pair.listener, 100_000);
});

test('a peer that was killed and came back with its secret says at once that it knows nothing', async () => {
  const secret = new Uint8Array(hkdfSync('sha256', 'the key of a node', '', 'stateless reset', 32));
  const code = `
    const { bindEndpoint } = await import(${JSON.stringify(new URL('./endpoint.ts', import.meta.url).href)});
    process.once('message', async ({ identity, secret }) => {
      const endpoint = await bindEndpoint({ secret });
      endpoint.listen({ identity, alpn: ['t/1'], accept: () => true, connection: () => {} });
      process.send(endpoint.port);
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.send({ identity: { certificate: leaves.server.certificate, key: leaves.server.key }, secret });
  const [port] = (await once(child, 'message')) as [number];
  await using near = await bindEndpoint();
  const connection = await near.dial(dialOptions(leaves, port));
  // Its handshake is confirmed: a token for stateless resets was learned with it.
  await sleep(100);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using again = await listening(leaves, {}, { secret, port });
  connection.sendDatagram(new Uint8Array(100), 0);
  const startedAt = performance.now();
  expect(await connection.closed).toMatchObject({
    by: 'transport',
    reason: expect.stringContaining('stateless reset'),
  });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(again.endpoint.stats().statelessResets).toBeGreaterThan(0);
  expect(again.connections).toHaveLength(0);
});

test('a server that speaks no version of ours ends the dial', async () => {
  const stranger = createSocket('udp4').bind(0, '127.0.0.1');
  await once(stranger, 'listening');
  stranger.on('message', (bytes, from) => {
    const dcid = bytes.subarray(5, 6 + (bytes[5] ?? 0));
    const scid = bytes.subarray(5 + dcid.length, 6 + dcid.length + (bytes[5 + dcid.length] ?? 0));
    const answer = Buffer.concat([Buffer.of(0x80, 0, 0, 0, 0), scid, dcid, Buffer.from('0a0a0a0a', 'hex')]);
    stranger.send(answer, from.port, from.address);
  });
  await using near = await bindEndpoint();
  const startedAt = performance.now();
  await expect(near.dial(dialOptions(leaves, stranger.address().port))).rejects.toMatchObject({
    info: { by: 'transport' },
  });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  stranger.close();
});

describe.each(['cubic', 'bbr'] as const)('%s', (congestion) => {
  test('carries a transfer', async () => {
    await using pair = await quicPair(leaves, { congestion });
    await transfers(pair.dialer, pair.listener, 20_000_000);
    expect(pair.dialer.stats().congestionWindow).toBeGreaterThan(10_000);
  });
});
