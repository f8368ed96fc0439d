/** Our server against a client that speaks HTTP/3 by hand: what the rules of RFC 9114 and of the drafts make of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { bindEndpoint } from '../quic/endpoint.ts';
import type { QuicConnection } from '../quic/quic.ts';
import { type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import { Watched } from '../transport/conformance.ts';
import type { ByteStream, CloseInfo, Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { encodeClose } from './capsule.ts';
import { encodeFrame, FRAME, FrameReader } from './frames.ts';
import { decodeFields, encodeFields, type HeaderField } from './qpack.ts';
import { toHttp3Code } from './session.ts';
import { decodeSettings, SETTING } from './settings.ts';
import { datagramHead, STREAM, webTransportHead } from './stream-head.ts';
import { serveWebTransport } from './webtransport.ts';

const SESSION_GONE = 0x170d7b68;
const BUFFERED_STREAM_REJECTED = 0x3994bd84;

let leaf: TestLeaf;
beforeAll(async () => {
  leaf = await (await testAuthority()).issue('fabric://t/entry');
});

const CONNECT: readonly HeaderField[] = [
  [':method', 'CONNECT'],
  [':protocol', 'webtransport'],
  [':scheme', 'https'],
  [':authority', '127.0.0.1'],
  [':path', '/t'],
  ['sec-webtransport-http3-draft02', '1'],
];
const connectFrame = (fields = CONNECT) => encodeFrame(FRAME.headers, encodeFields(fields));
const settingsFrame = () => encodeFrame(FRAME.settings, Uint8Array.of(SETTING.h3Datagram, 1));

interface Raw extends AsyncDisposable {
  readonly quic: QuicConnection;
  /** Streams the server opened. */
  readonly opened: ByteStream[];
  readonly datagrams: Uint8Array[];
  readonly sessions: Connection[];
  uni(bytes: readonly number[] | Uint8Array): Promise<ByteStream>;
  bidi(bytes: Uint8Array): Promise<Watched>;
  /** Our control stream, once: without it no request is answered. */
  settings(): Promise<void>;
  /** The server stops. */
  stop(): Promise<void>;
  /** A session that was accepted; the stream of its CONNECT. */
  connected(): Promise<Watched>;
}

async function raw(): Promise<Raw> {
  await using undo = new AsyncDisposableStack();
  const sessions: Connection[] = [];
  const web = await serveWebTransport({
    path: '/t',
    allowOrigin: () => true,
    session: (session) => sessions.push(webTransportConnection(session)),
  });
  undo.defer(() => web.close());
  const far = undo.use(await bindEndpoint());
  far.listen({
    identity: leaf,
    alpn: ['h3'],
    accept: () => true,
    connection: (connection) => web.receive(connection),
  });
  const near = undo.use(await bindEndpoint());
  const quic = await near.dial({ host: '127.0.0.1', port: far.port, alpn: 'h3', verify: () => true });
  const opened: ByteStream[] = [];
  const datagrams: Uint8Array[] = [];
  quic.observe({
    stream: (stream) => opened.push(stream),
    datagrams: (batch) => datagrams.push(...batch),
    closed: () => {},
  });
  const owned = undo.move();
  let told = false;
  const settings = async () => {
    if (told) return;
    told = true;
    (await quic.openUnidirectional(0)).write(Uint8Array.from([STREAM.control, ...settingsFrame()]));
  };
  const bidi = async (bytes: Uint8Array) => {
    const stream = new Watched(await quic.openStream(0));
    stream.stream.write(bytes);
    return stream;
  };
  return {
    quic,
    opened,
    datagrams,
    sessions,
    uni: async (bytes) => {
      const stream = await quic.openUnidirectional(0);
      stream.write(Uint8Array.from(bytes));
      return stream;
    },
    bidi,
    settings,
    stop: () => web.close(),
    connected: async () => {
      await settings();
      const request = await bidi(connectFrame());
      expect((await answer(request)).get(':status')).toBe('200');
      return request;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The header that comes back. */
async function answer(request: Watched): Promise<ReadonlyMap<string, string>> {
  let headers: ReadonlyMap<string, string> | undefined;
  const frames = new FrameReader((type, payload) => {
    if (type === FRAME.headers) headers = new Map(decodeFields(payload));
  });
  await request.until(() => {
    for (let chunk = request.stream.read(); chunk; chunk = request.stream.read()) frames.push(chunk);
    return headers !== undefined;
  });
  return headers as ReadonlyMap<string, string>;
}

const capsulesOf = (bytes: readonly number[]) => encodeFrame(FRAME.data, Uint8Array.from(bytes));

const H3_VIOLATIONS: Record<string, readonly [code: number, violate: (raw: Raw) => Promise<unknown>]> = {
  'a second control stream': [
    0x103,
    async ({ uni }) => {
      for (let n = 0; n < 2; n += 1) await uni([STREAM.control, ...settingsFrame()]);
    },
  ],
  'a datagram that is too short for an id': [
    0x33,
    async ({ quic, connected }) => {
      await connected();
      quic.sendDatagram(Uint8Array.of(0x40), 0);
    },
  ],
  'a second QPACK encoder stream': [
    0x103,
    async ({ uni }) => {
      for (let n = 0; n < 2; n += 1) await uni([STREAM.qpackEncoder]);
    },
  ],
  'a QPACK decoder stream that ends': [0x104, async ({ uni }) => (await uni([STREAM.qpackDecoder])).end()],
  'a dynamic table that was not offered': [0x201, ({ uni }) => uni([STREAM.qpackEncoder, 0x20, 0x3f, 0x01])],
  'a promise to push': [0x105, ({ bidi }) => bidi(encodeFrame(0x05, new Uint8Array(4)))],
  'a stream that ends within a capsule': [
    0x10e,
    async ({ connected }) => {
      const { stream } = await connected();
      stream.write(capsulesOf([0x68, 0x43, 9, 0]));
      stream.end();
    },
  ],
  'a close reason above 1024 bytes': [
    0x10e,
    async ({ connected }) => {
      const close = [0x68, 0x43, 0x44, 0x05, ...new Uint8Array(1029)];
      (await connected()).stream.write(capsulesOf(close));
    },
  ],
  'a push stream': [0x103, ({ uni }) => uni([STREAM.push, 0])],
  'a control stream that ends': [
    0x104,
    async ({ uni }) => (await uni([STREAM.control, ...settingsFrame()])).end(),
  ],
  'a control stream that is reset': [
    0x104,
    async ({ uni }) => {
      const control = await uni([STREAM.control, ...settingsFrame()]);
      await sleep(50);
      control.reset(0);
    },
  ],
  'DATA on the control stream': [
    0x105,
    ({ uni }) => uni([STREAM.control, ...settingsFrame(), ...encodeFrame(FRAME.data, new Uint8Array(1))]),
  ],
  'HEADERS on the control stream': [
    0x105,
    ({ uni }) => uni([STREAM.control, ...settingsFrame(), ...connectFrame()]),
  ],
  'a second SETTINGS': [0x105, ({ uni }) => uni([STREAM.control, ...settingsFrame(), ...settingsFrame()])],
  'SETTINGS on a request stream': [0x105, ({ bidi }) => bidi(settingsFrame())],
  'a second HEADERS': [0x105, async ({ connected }) => void (await connected()).stream.write(connectFrame())],
  'DATA before HEADERS': [0x105, ({ bidi }) => bidi(encodeFrame(FRAME.data, new Uint8Array(1)))],
  'a frame of HTTP/2': [0x105, ({ bidi }) => bidi(encodeFrame(0x08, new Uint8Array(4)))],
  'a stream that ends within a frame': [
    0x106,
    async ({ bidi }) => (await bidi(connectFrame().subarray(0, 10))).stream.end(),
  ],
  'SETTINGS that end early': [
    0x106,
    ({ uni }) => uni([STREAM.control, ...encodeFrame(FRAME.settings, Uint8Array.of(SETTING.h3Datagram))]),
  ],
  'a frame longer than 64 KiB': [0x107, ({ bidi }) => bidi(Uint8Array.of(FRAME.headers, 0x80, 1, 0, 1))],
  'a header larger than 16 KiB': [
    0x107,
    ({ bidi }) => bidi(connectFrame([...CONNECT, ['x', 'y'.repeat(17_000)]])),
  ],
  'a stream of a session that no CONNECT can have': [0x108, ({ bidi }) => bidi(webTransportHead(true, 2))],
  'a setting that stands twice': [
    0x109,
    ({ uni }) => uni([STREAM.control, ...encodeFrame(FRAME.settings, Uint8Array.of(0x33, 1, 0x33, 1))]),
  ],
  'a setting of HTTP/2': [
    0x109,
    ({ uni }) => uni([STREAM.control, ...encodeFrame(FRAME.settings, Uint8Array.of(0x04, 1))]),
  ],
  'a yes-or-no setting that is neither': [
    0x109,
    ({ uni }) => uni([STREAM.control, ...encodeFrame(FRAME.settings, Uint8Array.of(SETTING.h3Datagram, 2))]),
  ],
  'an unknown frame before SETTINGS': [0x10a, ({ uni }) => uni([STREAM.control, 0x21, 1, 0])],
  'a pseudo-header that stands twice': [
    0x10e,
    ({ bidi }) => bidi(connectFrame([...CONNECT.slice(0, 5), [':path', '/other']])),
  ],
  'a pseudo-header after others': [
    0x10e,
    ({ bidi }) => bidi(connectFrame([['origin', 'https://a.test'], ...CONNECT])),
  ],
  'a control stream that does not begin with SETTINGS': [
    0x10a,
    ({ uni }) => uni([STREAM.control, ...encodeFrame(FRAME.goaway, Uint8Array.of(0))]),
  ],
  'a close capsule that is too short': [
    0x10e,
    async ({ connected }) =>
      void (await connected()).stream.write(encodeFrame(FRAME.data, Uint8Array.of(0x68, 0x43, 1, 0))),
  ],
  'a header that refers to the dynamic table': [
    0x200,
    ({ bidi }) => bidi(encodeFrame(FRAME.headers, Uint8Array.of(2, 0, 0x80))),
  ],
};

for (const [name, [code, violate]] of Object.entries(H3_VIOLATIONS)) {
  test(`closes the connection on ${name}`, async () => {
    await using client = await raw();
    await violate(client);
    expect(await client.quic.closed).toMatchObject<Partial<CloseInfo>>({ by: 'peer', code });
  });
}

test('begins with SETTINGS that name every draft of WebTransport', async () => {
  await using client = await raw();
  await expect.poll(() => client.opened.length).toBe(1);
  const control = new Watched(client.opened[0] as ByteStream);
  const frames: [type: number, payload: Uint8Array][] = [];
  let reader: FrameReader | undefined;
  await control.until(() => {
    for (let chunk = control.stream.read(); chunk; chunk = control.stream.read()) {
      if (!reader) expect(chunk[0]).toBe(STREAM.control);
      const rest = reader ? chunk : chunk.subarray(1);
      reader ??= new FrameReader((type, payload) => frames.push([type, payload]));
      reader.push(rest);
    }
    return frames.length > 0;
  });
  const [type, payload] = frames[0] as [number, Uint8Array];
  expect(type).toBe(FRAME.settings);
  expect([...decodeSettings(payload)]).toEqual([
    [0x01, 0],
    [0x07, 0],
    [0x08, 1],
    [0x33, 1],
    [0x2b603742, 1],
    [0xc671706a, 16],
    [0x14e9cd29, 16],
    [0x2c7cf000, 1],
  ]);
});

test('passes over streams, frames, settings and capsules of unknown types', async () => {
  await using client = await raw();
  await client.uni([STREAM.control, ...encodeFrame(FRAME.settings, Uint8Array.of(0x21, 5)), 0x21, 1, 9]);
  await client.uni([0x21, 1, 2, 3]);
  for (const type of [STREAM.qpackEncoder, STREAM.qpackDecoder]) await client.uni([type]);
  const request = await client.bidi(Uint8Array.of(0x21, 2, 0, 0));
  request.stream.write(connectFrame());
  expect((await answer(request)).get(':status')).toBe('200');
  request.stream.write(encodeFrame(FRAME.data, Uint8Array.of(0x17, 3, 1, 2, 3)));
  request.stream.write(encodeFrame(FRAME.data, encodeClose({ code: 7, reason: 'after noise' })));
  await expect.poll(() => client.sessions.length).toBe(1);
  expect(await client.sessions[0]?.closed).toMatchObject({ by: 'peer', code: 7, reason: 'after noise' });
});

test('accepts a CONNECT with 200 and the draft, and answers anything else with 404', async () => {
  await using client = await raw();
  await client.settings();
  const headers = await answer(await client.bidi(connectFrame()));
  expect([...headers]).toEqual([
    [':status', '200'],
    ['sec-webtransport-http3-draft', 'draft02'],
  ]);
  const others = [
    CONNECT.filter(([name]) => name !== ':protocol'),
    CONNECT.map(([name, value]): HeaderField => [name, name === ':method' ? 'GET' : value]),
    CONNECT.map(([name, value]): HeaderField => [name, name === ':path' ? '/other' : value]),
  ];
  for (const fields of others)
    expect((await answer(await client.bidi(connectFrame(fields)))).get(':status')).toBe('404');
});

test('a seventeenth session on one connection is refused with 429', async () => {
  await using client = await raw();
  for (let n = 0; n < 16; n += 1) await client.connected();
  expect((await answer(await client.bidi(connectFrame()))).get(':status')).toBe('429');
});

test('a stream that comes before its session is kept for it; beyond 64 it is refused', async () => {
  await using client = await raw();
  await client.settings();
  const request = new Watched(await client.quic.openStream(0));
  const early: Watched[] = [];
  for (let n = 0; n < 65; n += 1)
    early.push(await client.bidi(Uint8Array.from([...webTransportHead(true, request.stream.id), n])));
  const last = early[64] as Watched;
  await last.until(() => last.resetCode !== undefined);
  expect(last.resetCode).toBe(BUFFERED_STREAM_REJECTED);
  request.stream.write(connectFrame());
  await answer(request);
  await expect.poll(() => client.sessions.length).toBe(1);
  const first: number[] = [];
  client.sessions[0]?.observe({
    stream: (stream) => {
      const watched = new Watched(stream);
      void watched
        .until(() => {
          const bytes = stream.read();
          if (bytes) first.push(bytes[0] as number);
          return bytes !== undefined;
        })
        .catch(() => {});
    },
    datagrams: () => {},
    closed: () => {},
  });
  await expect.poll(() => first.length).toBe(64);
  expect(first).toEqual(Array.from({ length: 64 }, (_, n) => n));
});

test('a session whose client ends it with the packet that asks for it is over, and nothing worse', async () => {
  await using client = await raw();
  await client.settings();
  const request = await client.bidi(connectFrame());
  request.stream.end();
  await expect.poll(() => client.sessions.length).toBe(1);
  expect(await client.sessions[0]?.closed).toMatchObject({ by: 'peer', code: 0 });
  await client.connected();
});

test('a session ends with the FIN of its CONNECT, and its streams with it', async () => {
  await using client = await raw();
  const request = await client.connected();
  await expect.poll(() => client.sessions.length).toBe(1);
  const stream = await client.bidi(webTransportHead(true, request.stream.id));
  await sleep(50);
  request.stream.end();
  expect(await client.sessions[0]?.closed).toMatchObject({ by: 'peer', code: 0, reason: '' });
  await stream.until(() => stream.resetCode !== undefined);
  expect(stream.resetCode).toBe(SESSION_GONE);
  await request.until(() => request.stream.readableEnded || request.stream.read() !== undefined);
});

test("an application's stream codes cross as the draft maps them", async () => {
  await using client = await raw();
  const request = await client.connected();
  await expect.poll(() => client.sessions.length).toBe(1);
  const arrived: Watched[] = [];
  client.sessions[0]?.observe({
    stream: (stream) => void arrived.push(new Watched(stream)),
    datagrams: () => {},
    closed: () => {},
  });
  const near: Watched[] = [];
  for (const count of [1, 2]) {
    near.push(await client.bidi(webTransportHead(true, request.stream.id)));
    await expect.poll(() => arrived.length).toBe(count);
  }
  const [ours, theirs] = near as [Watched, Watched];
  arrived[0]?.stream.reset(30);
  await ours.until(() => ours.resetCode !== undefined);
  expect(ours.resetCode).toBe(toHttp3Code(30));
  theirs.stream.reset(toHttp3Code(31));
  await expect.poll(() => arrived[1]?.resetCode).toBe(31);
});

test('a datagram goes to the session it names; one of no session is let go', async () => {
  await using client = await raw();
  const [one, two] = [await client.connected(), await client.connected()];
  await expect.poll(() => client.sessions.length).toBe(2);
  const got = client.sessions.map(() => [] as number[][]);
  client.sessions.forEach((session, n) => {
    session.observe({
      stream: () => {},
      datagrams: (batch) => void got[n]?.push(...batch.map((bytes) => [...bytes])),
      closed: () => {},
    });
  });
  const send = (session: number, ...bytes: number[]) =>
    client.quic.sendDatagram(Uint8Array.from([...datagramHead(session), ...bytes]), 0);
  send(two.stream.id, 2);
  send(400, 9);
  send(one.stream.id, 1);
  await expect.poll(() => got).toEqual([[[1]], [[2]]]);
  client.sessions[1]?.sendDatagram(Uint8Array.of(5), 0);
  await expect.poll(() => client.datagrams.map((bytes) => [...bytes])).toEqual([[two.stream.id / 4, 5]]);
});

test('no session is granted before the SETTINGS of the client', async () => {
  await using client = await raw();
  const request = await client.bidi(connectFrame());
  await sleep(100);
  expect([client.sessions.length, request.stream.read()]).toEqual([0, undefined]);
  await client.settings();
  expect((await answer(request)).get(':status')).toBe('200');
});

test('streams of a session that ended, or was refused, are turned away and take no place', async () => {
  await using client = await raw();
  const over = await client.connected();
  over.stream.end();
  await client.sessions[0]?.closed;
  const refused = await client.bidi(connectFrame([...CONNECT.slice(0, 4), [':path', '/other']]));
  await answer(refused);
  for (let n = 0; n < 70; n += 1) {
    const late = await client.bidi(webTransportHead(true, (n % 2 ? over : refused).stream.id));
    await late.until(() => late.resetCode !== undefined);
    expect(late.resetCode).toBe(SESSION_GONE);
  }
});

test('a server that stops says so first: GOAWAY with the first request that it will not serve', async () => {
  await using client = await raw();
  const request = await client.connected();
  await expect.poll(() => client.opened.length).toBe(1);
  const control = client.opened[0] as ByteStream;
  const seen: number[] = [];
  // Read at once: what was not read when the connection ends is gone.
  const take = () => {
    for (let chunk = control.read(); chunk; chunk = control.read()) seen.push(...chunk);
  };
  const nothing = () => {};
  control.observe({ readable: take, writable: nothing, reset: nothing, stopped: nothing, closed: nothing });
  await expect.poll(() => seen.length).toBeGreaterThan(0);
  await client.stop();
  expect(await client.quic.closed).toMatchObject({ by: 'peer', code: 0x100 });
  expect(seen.slice(-3)).toEqual([FRAME.goaway, 1, request.stream.id + 4]);
});
