/** Who may begin a connection, and what a hostile one costs the others. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { nextStream, Watched } from '../transport/conformance.ts';
import { echoStream } from '../transport/test-echo.ts';
import type { Connection } from '../transport/transport.ts';
import { bindEndpoint } from './endpoint.ts';
import { dialOptions, listening, quicPair, type TestLeaves, testLeaves } from './test-pair.ts';

let leaves: TestLeaves;
beforeAll(async () => {
  leaves = await testLeaves();
});

const MIB = 1 << 20;

/** Between a client and its server: sees every packet, and may keep the server's for itself. */
async function tap(target: number) {
  const front = createSocket('udp4').bind(0, '127.0.0.1');
  const back = createSocket('udp4').bind(0, '127.0.0.1');
  await Promise.all([once(front, 'listening'), once(back, 'listening')]);
  const fromServer: Buffer[] = [];
  const fromClient: Buffer[] = [];
  const state = { deaf: false };
  let client = 0;
  front.on('message', (bytes, from) => {
    client = from.port;
    fromClient.push(bytes);
    back.send(bytes, target, '127.0.0.1');
  });
  back.on('message', (bytes) => {
    fromServer.push(bytes);
    if (!state.deaf) front.send(bytes, client, '127.0.0.1');
  });
  return {
    port: front.address().port,
    fromServer,
    fromClient,
    state,
    back,
    [Symbol.dispose]: () => {
      front.close();
      back.close();
    },
  };
}

const isRetry = (packet: Buffer) => ((packet[0] ?? 0) & 0xf0) === 0xf0;

test('under load a newcomer proves its address first, and then gets in', async () => {
  await using far = await listening(leaves, { limits: { retryAbove: 0 } });
  using line = await tap(far.endpoint.port);
  await using near = await bindEndpoint();
  const connection = await near.dial(dialOptions(leaves, line.port));
  expect(line.fromServer.filter(isRetry)).toHaveLength(1);
  const arrived = nextStream(await far.accepted);
  (await connection.openStream(0)).write(Uint8Array.of(1));
  await arrived;
  expect(far.endpoint.stats()).toMatchObject({ retries: 1, connections: 1, halfOpen: 0 });
});

test('a Retry token is of use to one address only, and not for long noise', async () => {
  await using far = await listening(leaves, { limits: { retryAbove: 0 } });
  using line = await tap(far.endpoint.port);
  await using near = await bindEndpoint();
  await near.dial(dialOptions(leaves, line.port));
  const withToken = line.fromClient.find((packet, n) => n > 0 && packet.length >= 1200);
  const thief = createSocket('udp4').bind(0, '127.0.0.1');
  await once(thief, 'listening');
  const answers: Buffer[] = [];
  thief.on('message', (bytes) => void answers.push(bytes));
  thief.send(withToken as Buffer, far.endpoint.port, '127.0.0.1');
  await sleep(200);
  // Told that the token is wrong, in a packet far smaller than its own: no handshake was begun for it.
  expect(far.endpoint.stats().connections).toBe(1);
  for (const answer of answers) expect(answer.length).toBeLessThan(200);
  thief.close();
});

test('a server sends no more than three times what an unproven address sent', async () => {
  await using far = await listening(leaves);
  using line = await tap(far.endpoint.port);
  line.state.deaf = true;
  await using near = await bindEndpoint();
  const dial = near.dial(dialOptions(leaves, line.port, { handshakeTimeoutMs: 600 }));
  await expect(dial).rejects.toThrow();
  const bytes = (packets: readonly Buffer[]) => packets.reduce((sum, { length }) => sum + length, 0);
  expect(bytes(line.fromServer)).toBeGreaterThan(0);
  expect(bytes(line.fromServer)).toBeLessThanOrEqual(3 * bytes(line.fromClient));
});

/** Genuine first packets of clients that never go on, from as many ports as there are. */
async function halfOpen(count: number, target: number): Promise<Socket[]> {
  const sink = createSocket('udp4').bind(0, '127.0.0.1');
  await once(sink, 'listening');
  const initials: Buffer[] = [];
  sink.on('message', (bytes) => void initials.push(bytes));
  await using near = await bindEndpoint();
  for (let n = 0; n < count; n += 1)
    near.dial(dialOptions(leaves, sink.address().port, { handshakeTimeoutMs: 5000 })).catch(() => {});
  await expect.poll(() => initials.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
  for (const bytes of initials.slice(0, count)) sink.send(bytes, target, '127.0.0.1');
  return [sink];
}

test('half-open connections are capped; those that go on get in as soon as the others time out', async () => {
  await using far = await listening(leaves, {
    handshakeTimeoutMs: 700,
    limits: { halfOpen: 20, retryAbove: 1000 },
  });
  const sockets = await halfOpen(60, far.endpoint.port);
  await expect.poll(() => far.endpoint.stats()).toMatchObject({ halfOpen: 20, connections: 20 });
  expect(far.endpoint.stats().refused).toBeGreaterThanOrEqual(40);
  await using near = await bindEndpoint();
  const connection = await near.dial(dialOptions(leaves, far.endpoint.port));
  expect(connection.peer.alpn).toBe('t/1');
  await expect.poll(() => far.endpoint.stats().halfOpen, { timeout: 5000 }).toBe(0);
  for (const socket of sockets) socket.close();
});

test('connections of one address prefix are capped, and counted down when they end', async () => {
  await using far = await listening(leaves, { limits: { perPrefix: 3 } });
  await using near = await bindEndpoint();
  const dial = () => near.dial(dialOptions(leaves, far.endpoint.port, { handshakeTimeoutMs: 400 }));
  const three = [await dial(), await dial(), await dial()];
  await expect(dial()).rejects.toThrow('took too long');
  await three[0]?.close(0, '');
  await expect.poll(() => far.endpoint.stats().connections, { timeout: 5000 }).toBe(2);
  await dial();
});

test('a flood of noise leaves a live connection undisturbed', async () => {
  await using pair = await quicPair(leaves);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const noise = Array.from({ length: 64 }, (_, n) => {
    const bytes = Buffer.alloc(20 + ((n * 37) % 1300));
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (at * 31 + n * 17) & 255;
    // Long headers of version 1, of other versions, short headers.
    if (n % 3 === 0) bytes.set([0xc3, 0, 0, 0, 1, 8]);
    if (n % 3 === 1) bytes[0] = 0x40 | n;
    return bytes;
  });
  const arrived = nextStream(pair.listener);
  const sender = new Watched(await pair.dialer.openStream(4));
  const sent = sender.writeAll(Buffer.alloc(3_000_000, 1));
  const read = new Watched(await arrived).readAll();
  for (let n = 0; n < 20_000; n += 1) {
    socket.send(noise[n % noise.length] as Buffer, pair.far.port, '127.0.0.1');
    if (n % 200 === 0) await sleep(1);
  }
  await sent;
  expect((await read).length).toBe(3_000_000);
  // Resets answer noise at most so often.
  expect(pair.far.stats().statelessResets).toBeLessThan(1000);
  expect(pair.far.stats().connections).toBe(1);
  socket.close();
});

test("a stranger's version negotiation packet, whatever its ids claim, is no reason to answer", async () => {
  await using far = await listening(leaves);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const answers: Buffer[] = [];
  socket.on('message', (bytes) => void answers.push(bytes));
  for (const idLength of [0, 12, 20, 21, 64, 255]) {
    const id = Buffer.alloc(idLength, 0x41);
    const header = Buffer.concat([Buffer.of(0xc0, 0, 0, 0, 0, idLength), id, Buffer.of(idLength), id]);
    socket.send(Buffer.concat([header, Buffer.alloc(64, 1)]), far.endpoint.port, '127.0.0.1');
  }
  await using near = await bindEndpoint();
  await near.dial(dialOptions(leaves, far.endpoint.port));
  expect(far.endpoint.stats().statelessResets).toBe(0);
  expect(answers).toHaveLength(0);
  socket.close();
});

/** A listener that counts the streams it echoes. */
function echo(connection: Connection) {
  const counts = { streams: 0 };
  connection.observe({
    stream: (stream) => {
      counts.streams += 1;
      echoStream(stream);
    },
    datagrams: () => {},
    closed: () => {},
  });
  return counts;
}

test('streams opened and abandoned as fast as can be are slowed down, and cost no memory', async () => {
  await using far = await listening(leaves);
  await using hostile = await bindEndpoint();
  await using near = await bindEndpoint();
  const attacker = await hostile.dial(dialOptions(leaves, far.endpoint.port));
  const counts = echo(await far.accepted);
  const victim = await near.dial(dialOptions(leaves, far.endpoint.port));
  await expect.poll(() => far.connections.length).toBe(2);
  echo(far.connections[1] as Connection);
  const before = process.memoryUsage().rss;
  const startedAt = performance.now();
  let opened = 0;
  const attack = (async () => {
    while (performance.now() - startedAt < 2_000) {
      const stream = await attacker.openStream(7);
      stream.write(new Uint8Array(10));
      stream.reset(1);
      stream.stop(1);
      opened += 1;
    }
  })();
  const stream = new Watched(await victim.openStream(0));
  let slowest = 0;
  for (let n = 0; n < 100; n += 1) {
    const at = performance.now();
    stream.stream.write(Uint8Array.of(n));
    await stream.until(() => stream.stream.read() !== undefined);
    slowest = Math.max(slowest, performance.now() - at);
    await sleep(10);
  }
  await attack;
  expect(slowest).toBeLessThan(250);
  // A thousand at once, then 5,000 a second with as many saved up: nearly twice that came without the limit.
  expect(counts.streams).toBeLessThan(17_000);
  expect(opened).toBeGreaterThan(1000);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB);
});

test('a reader that does not read holds the sender back at the window', async () => {
  await using pair = await quicPair(leaves);
  const arrived = nextStream(pair.listener);
  const stream = await pair.dialer.openStream(4);
  let handed = 0;
  stream.observe({
    readable: () => {},
    writable: () => {},
    reset: () => {},
    stopped: () => {},
    closed: () => {},
  });
  const chunk = new Uint8Array(256 * 1024);
  for (let n = 0; n < 200; n += 1) {
    if (stream.write(chunk)) handed += chunk.length;
    else break;
  }
  await arrived;
  await sleep(300);
  // The window of one stream is 4 MiB: nothing beyond it was sent.
  expect(pair.dialer.stats().bytesSent).toBeLessThan(4 * MIB + MIB);
  expect(handed).toBeLessThan(8 * MIB);
});

test('a version that nobody speaks is answered with ours, a small packet of it with nothing', async () => {
  await using far = await listening(leaves);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const answers: Buffer[] = [];
  socket.on('message', (bytes) => void answers.push(bytes));
  const [dcid, scid] = [Buffer.alloc(8, 1), Buffer.alloc(8, 2)];
  const initial = Buffer.concat([Buffer.from('c00a1a2a3a08', 'hex'), dcid, Buffer.of(8), scid]);
  for (const size of [60, 1199, 1200])
    socket.send(
      Buffer.concat([initial, Buffer.alloc(size - initial.length)]),
      far.endpoint.port,
      '127.0.0.1',
    );
  await expect.poll(() => answers.length).toBe(1);
  await sleep(100);
  expect(answers).toHaveLength(1);
  const [answer] = answers as [Buffer];
  // RFC 9000 section 17.2.1: version 0, the ids exchanged, and a version nobody has among ours.
  expect(answer.subarray(1, 5).toString('hex')).toBe('00000000');
  expect(answer.subarray(5)).toEqual(
    Buffer.concat([Buffer.of(8), scid, Buffer.of(8), dcid, Buffer.from('1a2a3a4a00000001', 'hex')]),
  );
  expect(far.endpoint.stats().connections).toBe(0);
  socket.close();
});
