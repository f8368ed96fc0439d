/** The entry over TCP: peers that ask for a session and break off, or say what no protocol says, at any moment. Others are served on. */
import { connect as connectHttp2 } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { Watched } from '../../dataplane/transport/conformance.ts';
import { echo } from '../../dataplane/transport/test-echo.ts';
import { encodeClose, encodeDrain } from '../../dataplane/webtransport/capsule.ts';
import { encodeFrame } from '../../dataplane/webtransport/frames.ts';
import { dialSession, serving, testEntry } from '../../dataplane/webtransport/test-pair.ts';
import { type Random, seededRandom } from '../random.ts';
import { mutateBytes } from './mutations.ts';

const SEED = 20_261_122;
const ATTACK_MS = 6_000;
const AT_ONCE = 3;
/** From padding to WT_STREAMS_BLOCKED (draft-ietf-webtrans-http2 section 6). */
const FIRST_CAPSULE = 0x190b4d38;
const CAPSULES = 13;
const DATAGRAM = 0;
const GENUINE = [
  encodeDrain(),
  encodeClose({ code: 7, reason: 'enough' }),
  encodeFrame(DATAGRAM, Buffer.alloc(20)),
  // A stream's id, then what most of them take for a number.
  ...Array.from({ length: CAPSULES }, (_, n) => encodeFrame(FIRST_CAPSULE + n, Buffer.of(0, 9, 1, 2, 3, 4))),
].map((bytes) => Buffer.from(bytes));

/** Milliseconds; often none, so that the end comes in the middle of something. */
const pause = (random: Random) => (random.chance(0.4) ? Promise.resolve() : sleep(random.integer(15)));

function someCapsule(random: Random): Buffer {
  const genuine = random.pick(GENUINE);
  return random.chance(0.4) ? genuine : mutateBytes(genuine, random, GENUINE);
}

async function overHttp2(port: number, random: Random): Promise<void> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  session.on('error', () => {});
  await new Promise((resolve) => session.once('remoteSettings', resolve).once('error', resolve));
  for (let n = 0; n < 3 && !session.destroyed; n += 1) {
    const request = session.request({
      ':method': 'CONNECT',
      ':protocol': 'webtransport',
      ':scheme': 'https',
      ':authority': '127.0.0.1',
      ':path': '/t',
      origin: 'https://127.0.0.1',
    });
    request.on('error', () => {});
    await pause(random);
    for (let capsules = random.integer(6); capsules > 0 && request.writable; capsules -= 1)
      request.write(someCapsule(random));
    await pause(random);
    random.pick([() => request.end(), () => request.close(random.integer(14)), () => {}])();
  }
  await pause(random);
  session.destroy();
}

function upgrade(protocol: string): string {
  return [
    'GET /t HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${protocol}`,
    'Origin: https://127.0.0.1',
    '\r\n',
  ].join('\r\n');
}

async function overWebSocket(port: number, random: Random): Promise<void> {
  const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('error', () => {});
  socket.on('data', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('error', resolve));
  socket.write(upgrade(random.pick(['webtransport', 'webtransport_kInit', 'other'])));
  for (let n = random.integer(6); n > 0 && !socket.destroyed; n -= 1) {
    await pause(random);
    const payload = someCapsule(random).subarray(0, 120);
    const head = Buffer.of(0x80 | random.pick([0, 1, 2, 8, 9, 10, 15]), 0x80 | payload.length, 0, 0, 0, 0);
    socket.write(random.chance(0.8) ? Buffer.concat([head, payload]) : random.bytes(40));
  }
  await pause(random);
  if (random.chance(0.5)) socket.end();
  socket.destroy();
}

test('whatever they break off, a well-behaved session is served all the while', async () => {
  const entry = await testEntry();
  await using server = await serving(entry, 'tcp');
  const witness = await dialSession(entry, server.url, 'tcp');
  echo(await server.session);
  const stream = new Watched(await witness.openStream(1));
  const round = async (octet: number) => {
    stream.stream.write(Uint8Array.of(octet));
    await stream.until(() => stream.stream.read()?.at(-1) === octet);
  };
  const until = performance.now() + ATTACK_MS;
  const port = Number(new URL(server.url).port);
  let lives = 0;
  const attack = async (seed: number) => {
    const random = seededRandom(seed);
    while (performance.now() < until) {
      await (random.chance(0.5) ? overHttp2(port, random) : overWebSocket(port, random));
      lives += 1;
    }
  };
  const attacks = Promise.all(Array.from({ length: AT_ONCE }, (_, n) => attack(SEED + n)));
  for (let octet = 0; performance.now() < until; octet = (octet + 1) % 256) {
    await round(octet);
    await sleep(10);
  }
  await attacks;
  await round(77);
  expect(lives).toBeGreaterThan(50);
  expect(server.sessions.length).toBeGreaterThan(10);
  await witness.close(0, '');
}, 60_000);
