/** Channels under a limit: all arrives, in order, and no faster; limits are shared, and live as long as somebody is under them. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { OrgId, SessionId, UserId } from '../../../schema/ids.ts';
import { readAll } from '../../sessions/test-world.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { ByteStream, StreamDatagrams } from '../../transport/transport.ts';
import { LatestChannel } from '../latest/channel.ts';
import { Bandwidth } from './allowance.ts';
import { PacedStream } from './paced.ts';

const owner = {
  org: OrgId.parse(crypto.randomUUID()),
  sub: UserId.parse(crypto.randomUUID()),
  protocol: 'tcp',
  session: SessionId.parse(crypto.randomUUID()),
} as const;
const nobody = { readable() {}, writable() {}, reset() {}, stopped() {}, closed() {} };

async function streams(): Promise<[ByteStream, ByteStream]> {
  const [a, b] = memoryPair();
  const arrived = new Promise<ByteStream>((resolve) =>
    b.observe({ stream: resolve, datagrams: () => {}, closed: () => {} }),
  );
  return [await a.openStream(4), await arrived];
}

test('what comes is all there, in order, and took the time it should', async () => {
  const bandwidth = new Bandwidth(() => performance.now());
  const allowance = bandwidth.allow({ ...owner, limits: { session: 200_000 } }, ['session']);
  const [near, far] = await streams();
  const bytes = randomBytes(100_000);
  near.write(Uint8Array.from(bytes));
  near.end();
  const began = performance.now();
  const paced = new PacedStream(far, allowance.of('stream'));
  const got = await readAll(paced);
  expect(performance.now() - began).toBeGreaterThan(350);
  expect(Buffer.compare(got, bytes)).toBe(0);
  expect(bandwidth.metrics()['class_4_bytes_total']).toBe(100_000);
  expect(bandwidth.metrics()['class_4_held_back_total']).toBeGreaterThan(0);
});

test('who writes more is told to wait, nothing is lost, and told when to go on', async () => {
  const allowance = new Bandwidth(() => performance.now()).allow({ ...owner, limits: { user: 500_000 } }, [
    'user',
  ]);
  const [near, far] = await streams();
  const paced = new PacedStream(near, allowance.of('file_transfer'));
  const whole = readAll(far);
  const began = performance.now();
  for (let sent = 0; sent < 10; sent += 1) {
    const room = new Promise<void>((resolve) => paced.observe({ ...nobody, writable: resolve }));
    if (!paced.write(new Uint8Array(20_000).fill(sent))) await room;
  }
  paced.end();
  expect(performance.now() - began).toBeGreaterThan(250);
  expect((await whole).length).toBe(200_000);
});

test('a limit is one for all who are under it, and is let go with the last of them', () => {
  let now = 0;
  const bandwidth = new Bandwidth(() => now);
  const limits = { org: 10_000, session: 10_000 };
  const first = bandwidth.allow({ ...owner, limits }, ['org', 'session']);
  const other = { ...owner, session: SessionId.parse(crypto.randomUUID()), limits };
  const second = bandwidth.allow(other, ['org', 'session']);
  const elsewhere = { ...other, org: OrgId.parse(crypto.randomUUID()) };
  const third = bandwidth.allow(elsewhere, ['org']);
  expect(bandwidth.size).toBe(4);
  first.of('stream').take('up', 11_000);
  expect(second.of('stream').wait('up')).toBeGreaterThan(900);
  expect(second.of('stream').wait('down')).toBe(0);
  expect(second.of('terminal').wait('up')).toBe(0);
  expect(third.of('stream').wait('up')).toBe(0);
  now += 2_000;
  expect(second.of('stream').wait('up')).toBe(0);
  for (const one of [first, first, second, third]) one.release();
  expect(bandwidth.size).toBe(0);
});

test('a state under a limit sends what is newest, not all that was', async () => {
  const bandwidth = new Bandwidth(() => performance.now());
  const allowance = bandwidth.allow({ ...owner, limits: { session: 50_000 } }, ['session']);
  const [near] = await streams();
  let sent = 0;
  near.datagrams = {
    observe: () => {},
    send: ({ length }) => {
      sent += length;
      return 'queued';
    },
    close: () => {},
  } satisfies StreamDatagrams;
  const stream = new PacedStream(near, allowance.of('render'));
  const state = new LatestChannel({
    stream,
    datagrams: stream.datagrams,
    roundTrip: 60_000,
    now: () => performance.now(),
    changed: () => {},
    over: () => {},
  });
  const began = performance.now();
  for (let round = 0; round < 50; round += 1) {
    for (let key = 0; key < 20; key += 1) state.set(key, new Uint8Array(400).fill(round));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const seconds = (performance.now() - began) / 1000;
  // 400,000 bytes were set.
  expect(sent).toBeLessThan(50_000 * seconds + 10_000);
  expect(sent).toBeGreaterThan(15_000);
  state.close();
});
