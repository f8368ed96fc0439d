/** Datagrams: what waits is bounded, newest wins per key, every one that is let go is counted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { TrafficClass } from '../../schema/channel.ts';
import type { ByteStream, Connection } from '../transport/transport.ts';
import { quicPair, type TestLeaves, testLeaves } from './test-pair.ts';

let leaves: TestLeaves;
beforeAll(async () => {
  leaves = await testLeaves();
});

function collect(connection: Connection): Uint8Array[] {
  const got: Uint8Array[] = [];
  connection.observe({ stream: () => {}, datagrams: (batch) => void got.push(...batch), closed: () => {} });
  return got;
}

test('come in batches, whole and in order', async () => {
  await using pair = await quicPair(leaves);
  const got = collect(pair.listener);
  const sent = Array.from({ length: 300 }, (_, n) => new Uint8Array(1 + (n % 900)).fill(n % 256));
  for (const bytes of sent) expect(pair.dialer.sendDatagram(bytes, 2)).toBe('queued');
  await expect.poll(() => got.length).toBe(300);
  expect(got.map((bytes) => [bytes.length, bytes[0], bytes.at(-1)])).toEqual(
    sent.map((bytes) => [bytes.length, bytes[0], bytes.at(-1)]),
  );
});

test('an empty one arrives, between others', async () => {
  await using pair = await quicPair(leaves);
  const got = collect(pair.listener);
  for (const length of [1, 0, 2, 0]) pair.dialer.sendDatagram(new Uint8Array(length), 3);
  await expect.poll(() => got.map(({ length }) => length)).toEqual([1, 0, 2, 0]);
});

test('with a key the newest takes the place of one that still waits, in its class only', async () => {
  await using pair = await quicPair(leaves);
  const got = collect(pair.listener);
  for (let n = 0; n < 100; n += 1) {
    pair.dialer.sendDatagram(Uint8Array.of(1, n), 1, 7);
    pair.dialer.sendDatagram(Uint8Array.of(2, n), 2, 7);
    pair.dialer.sendDatagram(Uint8Array.of(3, n), 1, 8);
  }
  await sleep(200);
  expect(got.map(([what, n]) => `${what}:${n}`).sort()).toEqual(['1:99', '2:99', '3:99']);
  expect(pair.dialer.stats()).toMatchObject({ datagramsSuperseded: 297, datagramsDropped: 0 });
});

test('a full queue lets the oldest of the least urgent class go, and says so', async () => {
  await using pair = await quicPair(leaves);
  const got = collect(pair.listener);
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (let n = 0; n < 10; n += 1) count(pair.dialer.sendDatagram(Uint8Array.of(0, n), 0));
  for (let n = 0; n < 5000; n += 1) count(pair.dialer.sendDatagram(Uint8Array.of(6, n >> 8, n & 255), 6));
  expect(outcomes.get('dropped')).toBe(5010 - 4096);
  await expect.poll(() => got.length).toBe(4096);
  expect(got.filter(([cls]) => cls === 0)).toHaveLength(10);
  const last = got.at(-1);
  expect((last?.[1] ?? 0) * 256 + (last?.[2] ?? 0)).toBe(4999);
  expect(pair.dialer.stats().datagramsDropped).toBe(5010 - 4096);
});

test('nobody reads: the newest are kept, the rest is counted', async () => {
  await using pair = await quicPair(leaves);
  for (let n = 0; n < 6000; n += 1) {
    pair.dialer.sendDatagram(Uint8Array.of(n >> 8, n & 255), 0);
    if (n % 500 === 0) await sleep(5);
  }
  await expect.poll(() => pair.listener.stats().datagramsUnread).toBe(6000 - 4096);
  const got = collect(pair.listener);
  await expect.poll(() => got.length).toBe(4096);
  const [first, last] = [got[0], got.at(-1)].map((bytes) => (bytes?.[0] ?? 0) * 256 + (bytes?.[1] ?? 0));
  expect([first, last]).toEqual([6000 - 4096, 5999]);
});

test('the largest datagram grows as the path is found to be wider', async () => {
  await using pair = await quicPair(leaves);
  const got = collect(pair.listener);
  await expect.poll(() => pair.dialer.maxDatagramSize, { timeout: 5000 }).toBeGreaterThan(1380);
  const size = pair.dialer.maxDatagramSize;
  expect(pair.dialer.sendDatagram(new Uint8Array(size + 1), 0)).toBe('too_large');
  expect(pair.dialer.sendDatagram(new Uint8Array(size), 0)).toBe('queued');
  await expect.poll(() => got.map(({ length }) => length)).toEqual([size]);
});

test('what arrives and is not read is bounded in bytes as well', async () => {
  await using pair = await quicPair(leaves);
  await expect.poll(() => pair.dialer.maxDatagramSize, { timeout: 5000 }).toBeGreaterThan(1380);
  const size = 1380;
  let sent = 0;
  while (sent < 4000) {
    for (let n = 0; n < 100; n += 1) pair.dialer.sendDatagram(new Uint8Array(size), 0);
    sent += 100;
    await sleep(2);
  }
  await expect.poll(() => pair.listener.stats().packetsReceived).toBeGreaterThan(3900);
  const got = collect(pair.listener);
  await sleep(100);
  expect(got.length * size).toBeLessThanOrEqual(8 << 20);
  expect(got.length).toBeGreaterThan(3000);
});

test('datagrams of the least urgent class go out beside streams of the most and the least urgent', async () => {
  await using pair = await quicPair(leaves);
  const got: Uint8Array[] = [];
  const drain = (stream: ByteStream) =>
    stream.observe({
      readable: () => void stream.read(),
      writable: () => {},
      reset: () => {},
      stopped: () => {},
      closed: () => {},
    });
  pair.listener.observe({ stream: drain, datagrams: (batch) => void got.push(...batch), closed: () => {} });
  const chunk = new Uint8Array(1 << 18);
  for (const trafficClass of [2, 7] as const) {
    const stream = await pair.dialer.openStream(trafficClass);
    const fill = () => {
      while (stream.write(chunk));
    };
    stream.observe({
      readable: () => {},
      writable: fill,
      reset: () => {},
      stopped: () => {},
      closed: () => {},
    });
    fill();
  }
  for (let n = 0; n < 200; n += 1) pair.dialer.sendDatagram(Uint8Array.of(n), 7);
  await expect.poll(() => got.length, { timeout: 5000 }).toBe(200);
});

test('a class that is none is the least urgent, and harms nobody', async () => {
  await using pair = await quicPair(leaves);
  const got = collect(pair.listener);
  for (const wrong of [200, -1, Number.NaN, 7.5]) {
    pair.dialer.sendDatagram(Uint8Array.of(1), wrong as TrafficClass);
    const stream = await pair.dialer.openStream(wrong as TrafficClass);
    stream.setClass(wrong as TrafficClass);
    stream.write(Uint8Array.of(1));
  }
  await expect.poll(() => got.length).toBe(4);
});
