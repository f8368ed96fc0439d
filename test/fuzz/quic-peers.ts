/**
 * The process under test: a server and its clients, which use all there is to use, through a line that injects. Started by `quic-fuzz.ts`
 * with one IPC channel: it says the server's port, is told the relay's, and on `finish` proves that new connections work and reports.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import { native } from '../../dataplane/quic/native.ts';
import type { QuicConnection, QuicEndpoint } from '../../dataplane/quic/quic.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import type { ByteStream, StreamObserver } from '../../dataplane/transport/transport.ts';
import type { TrafficClass } from '../../schema/channel.ts';
import { seededRandom } from '../random.ts';

const ALPN = ['fuzz/1', 'fuzz/2'];
const SESSIONS = 6;
const SESSION_MS = 1500;
const REBIND_MS = 900;

export interface PeersReport {
  readonly ngtcp2: string;
  /** The address sanitizer is in this process, and the addon that was asked for. */
  readonly sanitized: boolean;
  readonly dials: number;
  /** Dials that the injected packets broke, as they may. */
  readonly dialsFailed: number;
  readonly resumed: number;
  readonly streams: number;
  readonly bytesEchoed: number;
  /** Streams whose echo was not what was sent: never. */
  readonly corrupted: number;
  readonly resets: number;
  readonly stops: number;
  readonly datagrams: number;
  readonly rebinds: number;
  readonly keyUpdates: number;
  readonly retries: number;
  readonly statelessResets: number;
  /** A new connection through the relay, and one past it, echoed 100 kB. */
  readonly freshConnections: number;
  readonly rssMib: number;
}

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });
const random = seededRandom(Number(values.seed));
const counts = {
  dials: 0,
  dialsFailed: 0,
  resumed: 0,
  streams: 0,
  bytesEchoed: 0,
  corrupted: 0,
  resets: 0,
  stops: 0,
  datagrams: 0,
  rebinds: 0,
  keyUpdates: 0,
};
const trafficClass = () => random.integer(8) as TrafficClass;

const authority = await testAuthority();
const identity = await authority.issue('fabric://fuzz/server');
const clientIdentity = await authority.issue('fabric://fuzz/client');

function watch(stream: ByteStream, take: () => void): void {
  const observer: StreamObserver = {
    readable: take,
    writable: take,
    reset: () => stream.reset(1),
    stopped: () => {},
    closed: () => {},
  };
  stream.observe(observer);
}

/** Sends back what comes, but for some streams, which it breaks. */
function answer(stream: ByteStream): void {
  const breaksAt = random.chance(0.15) ? random.integer(50_000) : Number.POSITIVE_INFINITY;
  let seen = 0;
  watch(stream, () => {
    for (let chunk = stream.read(); chunk; chunk = stream.read()) {
      seen += chunk.length;
      if (stream.bidirectional) stream.write(chunk);
    }
    if (seen > breaksAt) {
      if (random.chance(0.5)) stream.stop(random.integer(1000));
      stream.reset(random.integer(1000));
    } else if (stream.readableEnded) stream.end();
  });
}

function serve(connection: QuicConnection): void {
  connection.observe({
    stream: answer,
    datagrams: (batch) => {
      for (const bytes of batch) connection.sendDatagram(bytes, trafficClass());
    },
    closed: () => {},
  });
}

/** @returns the bytes that came back until the end, or undefined when the stream was broken off */
function exchange(stream: ByteStream, bytes: Uint8Array): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    stream.observe({
      readable: () => {
        for (let chunk = stream.read(); chunk; chunk = stream.read()) chunks.push(chunk);
        if (stream.readableEnded) resolve(Buffer.concat(chunks));
      },
      writable: () => {},
      reset: () => resolve(undefined),
      stopped: () => {},
      closed: () => resolve(undefined),
    });
    stream.write(bytes);
    stream.end();
  });
}

/** Sequence numbers in a random place: what is lost or shifted shows. */
function content(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const start = random.integer(1 << 30);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32BE((start + at) >>> 0, at);
  return bytes;
}

async function useStream(connection: QuicConnection): Promise<void> {
  const open = random.chance(0.8) ? 'openStream' : 'openUnidirectional';
  const stream = await connection[open](trafficClass());
  counts.streams += 1;
  const bytes = content(random.integer(random.chance(0.2) ? 300_000 : 5_000));
  const over = exchange(stream, bytes);
  const fate = random.integer(10);
  if (fate === 0) {
    await sleep(random.integer(20));
    counts.resets += 1;
    stream.reset(random.integer(1 << 20));
  }
  if (fate === 1) {
    await sleep(random.integer(20));
    counts.stops += 1;
    stream.stop(random.integer(1 << 20));
  }
  if (fate === 2) stream.setClass(trafficClass());
  const back = await over;
  if (fate < 2 || !back || !stream.bidirectional) return;
  counts.bytesEchoed += back.length;
  if (!back.equals(bytes)) counts.corrupted += 1;
}

function useDatagrams(connection: QuicConnection): void {
  for (let n = random.integer(60); n > 0; n -= 1) {
    const bytes = new Uint8Array(random.integer(connection.maxDatagramSize + 1));
    if (random.chance(0.3)) connection.sendDatagram(bytes, trafficClass(), random.integer(4));
    else connection.sendDatagram(bytes, trafficClass());
    counts.datagrams += 1;
  }
}

let ticket: Uint8Array | undefined;

async function dial(endpoint: QuicEndpoint, port: number, timeoutMs = SESSION_MS): Promise<QuicConnection> {
  const connection = await endpoint.dial({
    host: '127.0.0.1',
    port,
    alpn: random.pick(ALPN),
    serverName: random.chance(0.5) ? 'fuzz.example' : '',
    verify: () => true,
    handshakeTimeoutMs: timeoutMs,
    idleTimeoutMs: 3000,
    congestion: random.chance(0.3) ? 'bbr' : 'cubic',
    ...(random.chance(0.5) && { identity: clientIdentity }),
    ...(ticket && random.chance(0.5) && { ticket }),
  });
  connection.observe({ stream: answer, datagrams: () => {}, closed: () => {} });
  return connection;
}

async function session(endpoint: QuicEndpoint, port: number): Promise<void> {
  counts.dials += 1;
  const connection = await dial(endpoint, port);
  if (connection.resumed) counts.resumed += 1;
  const until = performance.now() + random.integer(SESSION_MS);
  const working: Promise<unknown>[] = [];
  let over = false;
  void connection.closed.then(() => {
    over = true;
  });
  while (performance.now() < until && !over) {
    working.push(useStream(connection));
    useDatagrams(connection);
    if (random.chance(0.1) && connection.updateKeys()) counts.keyUpdates += 1;
    ticket = connection.ticket ?? ticket;
    connection.exportKeyingMaterial('EXPORTER-fuzz', new Uint8Array(8), 32);
    connection.stats();
    await sleep(random.integer(40));
  }
  if (random.chance(0.7)) await Promise.race([Promise.allSettled(working), sleep(300)]);
  for (const one of working) one.catch(() => {});
  void connection.close(random.integer(1 << 20), 'x'.repeat(random.integer(700)));
}

async function echoes(endpoint: QuicEndpoint, port: number): Promise<boolean> {
  const connection = await dial(endpoint, port, 10_000);
  // A few: the server breaks some streams by design.
  for (let n = 0; n < 20; n += 1) {
    const bytes = content(100_000);
    const back = await Promise.race([exchange(await connection.openStream(0), bytes), sleep(5_000)]);
    if (back instanceof Buffer && back.equals(bytes)) return true;
  }
  return false;
}

const server = await bindEndpoint();
server.listen({
  identity,
  alpn: ALPN,
  handshakeTimeoutMs: 1000,
  idleTimeoutMs: 3000,
  limits: { retryAbove: 64, halfOpen: 512 },
  tickets: true,
  accept: () => true,
  connection: serve,
});
const clients = [await bindEndpoint(), await bindEndpoint({ sendMode: 'sendmmsg' }), await bindEndpoint()];

let finished = false;

async function run(port: number): Promise<void> {
  const loop = async (endpoint: QuicEndpoint) => {
    while (!finished) {
      await session(endpoint, port).catch(() => {
        counts.dialsFailed += 1;
      });
    }
  };
  const rebinding = async () => {
    while (!finished) {
      await sleep(REBIND_MS);
      await random.pick(clients).rebind();
      counts.rebinds += 1;
    }
  };
  const loops = Array.from({ length: SESSIONS }, (_, n) => loop(clients[n % clients.length] as QuicEndpoint));
  await Promise.all([...loops, rebinding()]);
}

async function finish(relay: number): Promise<PeersReport> {
  // What is left of hostile handshakes runs out.
  await sleep(1500);
  await using fresh = await bindEndpoint();
  let freshConnections = 0;
  for (const port of [relay, server.port]) if (await echoes(fresh, port)) freshConnections += 1;
  const { retries, statelessResets } = server.stats();
  const wanted = process.env['FABRIC_QUIC_ADDON'] ?? '';
  const maps = readFileSync('/proc/self/maps', 'utf8');
  return {
    ngtcp2: native.ngtcp2Version(),
    sanitized:
      maps.includes('libasan') && maps.includes('libubsan') && wanted !== '' && maps.includes(wanted),
    ...counts,
    retries,
    statelessResets,
    freshConnections,
    rssMib: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

let running: Promise<void> | undefined;
let relay = 0;
process.on('message', async (message: { readonly relay: number } | 'finish') => {
  if (message !== 'finish') {
    relay = message.relay;
    running = run(relay);
    return;
  }
  finished = true;
  await running;
  const report = await finish(relay);
  for (const endpoint of [...clients, server]) await endpoint.close();
  process.send?.({ report }, () => process.disconnect());
});
process.send?.({ server: server.port });
