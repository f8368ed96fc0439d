import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beforeAll, expect, test } from 'vitest';
import { conformTransport, nextStream, Watched } from '../transport/conformance.ts';
import { bindEndpoint } from './endpoint.ts';
import { TELLS_STOP_CODE } from './native.ts';
import { dialOptions, listening, quicPair, type TestLeaves, testLeaves } from './test-pair.ts';

let leaves: TestLeaves;
beforeAll(async () => {
  leaves = await testLeaves();
});
const pairUp = () => quicPair(leaves);

conformTransport('quic', pairUp);

test('both sides see the certificate of the other, and the ALPN that was chosen', async () => {
  await using pair = await pairUp();
  expect(Buffer.from(pair.listener.peer.certificates[0] ?? [])).toEqual(Buffer.from(leaves.client.der));
  expect(Buffer.from(pair.dialer.peer.certificates[0] ?? [])).toEqual(Buffer.from(leaves.server.der));
  expect(pair.listener.peer.alpn).toBe('t/1');
});

test('both sides export the same keying material', async () => {
  await using pair = await pairUp();
  const [a, b] = [pair.dialer, pair.listener].map((side) =>
    side.exportKeyingMaterial('EXPORTER-t', new Uint8Array(4), 32),
  );
  expect(a).toHaveLength(32);
  expect(a).toEqual(b);
});

test.runIf(TELLS_STOP_CODE)('a stop reaches a writer that does not write, with its code', async () => {
  await using pair = await pairUp();
  const arrived = nextStream(pair.listener);
  const near = new Watched(await pair.dialer.openStream(4));
  near.stream.write(Uint8Array.of(0));
  (await arrived).stop(77);
  await near.until(() => near.stoppedCode !== undefined);
  expect(near.stoppedCode).toBe(77);
});

test('nothing of a client that was not accepted is delivered', async () => {
  let connections = 0;
  await using far = await listening(leaves, { accept: () => false });
  void far.accepted.then(() => (connections += 1));
  await using near = await bindEndpoint();
  const connection = await near.dial(dialOptions(leaves, far.endpoint.port));
  const stream = await connection.openStream(0);
  stream.write(new Uint8Array(100));
  expect(await connection.closed).toMatchObject({ by: 'peer', code: 0x42 });
  expect(connections).toBe(0);
});

test('a dial to a server that is not the right one is refused', async () => {
  await using far = await listening(leaves);
  await using near = await bindEndpoint();
  await expect(near.dial({ ...dialOptions(leaves, far.endpoint.port), verify: () => false })).rejects.toThrow(
    'not who it should be',
  );
});

test('a protocol that the server does not speak is refused by TLS', async () => {
  await using far = await listening(leaves);
  await using near = await bindEndpoint();
  await expect(near.dial({ ...dialOptions(leaves, far.endpoint.port), alpn: 'other' })).rejects.toMatchObject(
    {
      info: { by: 'transport' },
    },
  );
});

test('a dial to nobody ends with the handshake time-out, or at once when told to', async () => {
  await using near = await bindEndpoint();
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const options = dialOptions(leaves, silent.address().port);
  await expect(near.dial({ ...options, handshakeTimeoutMs: 300 })).rejects.toThrow('took too long');
  await expect(near.dial({ ...options, signal: AbortSignal.timeout(100) })).rejects.toThrow();
  silent.close();
});

test('the shorter of both idle time-outs holds', async () => {
  await using far = await listening(leaves, { idleTimeoutMs: 400 });
  await using near = await bindEndpoint();
  const connection = await near.dial(dialOptions(leaves, far.endpoint.port, { idleTimeoutMs: 30_000 }));
  const startedAt = performance.now();
  const listener = await far.accepted;
  expect([(await connection.closed).by, (await listener.closed).by]).toEqual(['idle', 'idle']);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("a stream beyond the peer's limit waits until another is over", async () => {
  await using pair = await pairUp();
  const arrived: Watched[] = [];
  pair.listener.observe({
    stream: (stream) => void arrived.push(new Watched(stream)),
    datagrams: () => {},
    closed: () => {},
  });
  const first = new Watched(await pair.dialer.openStream(4));
  first.stream.write(Uint8Array.of(1));
  for (let n = 1; n < 1000; n += 1) await pair.dialer.openStream(4);
  await expect(pair.dialer.openStream(4, AbortSignal.timeout(200))).rejects.toThrow();
  const next = pair.dialer.openStream(4);
  await expect.poll(() => arrived.length).toBeGreaterThan(0);
  first.stream.end();
  arrived[0]?.stream.end();
  await Promise.all([first.readAll(), arrived[0]?.readAll()]);
  expect((await next).id).toBe(4000);
});

test('new connections get a new identity, live ones stay', async () => {
  await using far = await listening(leaves);
  await using near = await bindEndpoint();
  const before = await near.dial(dialOptions(leaves, far.endpoint.port));
  far.endpoint.setIdentity(leaves.client);
  const after = await near.dial(dialOptions(leaves, far.endpoint.port));
  expect(Buffer.from(after.peer.certificates[0] ?? [])).toEqual(Buffer.from(leaves.client.der));
  const arrived = nextStream(await far.accepted);
  (await before.openStream(0)).write(Uint8Array.of(1));
  await arrived;
});

test('a stream of the most urgent class passes one that fills the connection', async () => {
  await using pair = await pairUp();
  const streams: Watched[] = [];
  pair.listener.observe({
    stream: (stream) => void streams.push(new Watched(stream)),
    datagrams: () => {},
    closed: () => {},
  });
  const bulk = new Watched(await pair.dialer.openStream(6));
  const total = 60_000_000;
  for (let sent = 0; sent < total; sent += 1_000_000) bulk.stream.write(new Uint8Array(1_000_000));
  const urgent = new Watched(await pair.dialer.openStream(0));
  urgent.stream.write(Uint8Array.of(9));
  let bulkRead = 0;
  let bulkWhenUrgentCame = -1;
  const deadline = Date.now() + 20_000;
  while (bulkWhenUrgentCame < 0 && Date.now() < deadline) {
    for (const { stream } of streams) {
      const chunk = stream.read();
      if (chunk?.length === 1) bulkWhenUrgentCame = bulkRead;
      else bulkRead += chunk?.length ?? 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(bulkWhenUrgentCame).toBeGreaterThanOrEqual(0);
  expect(bulkWhenUrgentCame).toBeLessThan(total / 2);
});

test('the end of a connection is told once, also when it comes with the beginning', async () => {
  let told = 0;
  await using far = await listening(leaves, {
    connection: (connection) =>
      connection.observe({
        stream: () => {},
        datagrams: () => {},
        closed: () => {
          told += 1;
        },
      }),
  });
  await using near = await bindEndpoint();
  for (let n = 0; n < 20; n += 1) {
    const connection = await near.dial(dialOptions(leaves, far.endpoint.port));
    void connection.close(0, '');
  }
  await expect.poll(() => told).toBe(20);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told).toBe(20);
});

const module = JSON.stringify(new URL('./endpoint.ts', import.meta.url).href);

test('a process whose endpoints are closed ends by itself', () => {
  const code = `const { bindEndpoint } = await import(${module}); const e = await bindEndpoint(); await e.close();`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', code], { timeout: 10_000 });
  expect(ended.status).toBe(0);
});

test('works in a worker thread, and survives its sudden end', async () => {
  const code = `const { parentPort } = require('node:worker_threads');
    import(${module}).then(({ bindEndpoint }) => bindEndpoint()).then((e) => parentPort.postMessage(e.port));`;
  const worker = new Worker(code, { eval: true });
  const [port] = await once(worker, 'message');
  expect(port).toBeGreaterThan(0);
  await worker.terminate();
});
