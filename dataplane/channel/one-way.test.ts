/** What an entry lets through of a direction that is not allowed. The ends are real sealed channels, so that what must pass is what does pass. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Channel, ChannelGrant } from '../../schema/channel.ts';
import { memoryPair } from '../transport/memory.ts';
import { splice } from '../transport/splice.ts';
import type { ByteStream, StreamDatagrams } from '../transport/transport.ts';
import { SealedChannel } from './channel.ts';
import { nodeAead } from './node-aead.ts';
import { meterDirections, mute, RecordMeter } from './one-way.ts';
import { testKeys } from './test-path.ts';

async function streams(): Promise<[ByteStream, ByteStream]> {
  const [a, b] = memoryPair();
  const arrived = new Promise<ByteStream>((resolve) =>
    b.observe({ stream: resolve, datagrams: () => {}, closed: () => {} }),
  );
  return [await a.openStream(0), await arrived];
}

/** The two ends of a channel, with an entry between them. */
async function channelBy(kind: Channel, grant: ChannelGrant) {
  const [client, service] = await testKeys(nodeAead);
  const clock = { now: 0 };
  const lost: string[] = [];
  const [[near, here], [there, far]] = [await streams(), await streams()];
  splice(
    meterDirections(here, kind, grant, () => clock.now),
    there,
    () => {},
  );
  const end = async (keys: typeof client, path: ByteStream, name: string) => {
    const { sealer, opener } = await keys.channel({ kind, number: 1 });
    const channel = new SealedChannel(1, sealer, opener, {
      abort: () => {},
      lost: () => lost.push(name),
      done: () => {},
    });
    let got = 0;
    channel.observe({
      readable: () => {
        for (let chunk = channel.read(); chunk; chunk = channel.read()) got += chunk.length;
      },
      writable: () => {},
      reset: () => {},
      stopped: () => {},
      closed: () => {},
    });
    channel.join(path, 0);
    return { channel, got: () => got };
  };
  return {
    clock,
    lost,
    client: await end(client, near, 'client'),
    service: await end(service, far, 'service'),
  };
}

const bytes = (length: number) => Uint8Array.from(randomBytes(length));

test('who may only receive is given megabytes, acknowledges them, and is cut off when it sends', async () => {
  const { client, service, lost } = await channelBy('terminal', { send: false, receive: true });
  client.channel.write(bytes(2_000));
  for (let sent = 0; sent < 6_000_000; sent += 60_000) {
    service.channel.write(bytes(60_000));
    await expect.poll(() => client.got(), { interval: 1 }).toBe(sent + 60_000);
  }
  expect([service.got(), lost]).toEqual([2_000, []]);
  for (let round = 0; round < 20; round += 1) client.channel.write(bytes(8_000));
  await expect.poll(() => lost.sort()).toEqual(['client', 'service']);
  expect(service.got()).toBeLessThan(70_000);
});

test('who may only send is not told more than that it was heard', async () => {
  const { client, service, lost } = await channelBy('terminal', { send: true, receive: false });
  client.channel.write(bytes(1_000_000));
  await expect.poll(() => service.got()).toBe(1_000_000);
  for (let round = 0; round < 20; round += 1) service.channel.write(bytes(8_000));
  await expect.poll(() => lost.sort()).toEqual(['client', 'service']);
  expect(client.got()).toBeLessThan(70_000);
});

test('questions pass as long as they are questions', async () => {
  const { client, service, clock, lost } = await channelBy('file_transfer', { send: false, receive: true });
  for (let second = 0; second < 100; second += 1) {
    client.channel.write(bytes(10_000));
    clock.now += 1000;
    await expect.poll(() => service.got(), { interval: 1 }).toBe((second + 1) * 10_000);
  }
  expect(lost).toEqual([]);
  client.channel.write(bytes(200_000));
  await expect.poll(() => lost.length).toBe(2);
});

test('a channel that is allowed both ways is not looked at', async () => {
  const [stream] = await streams();
  expect(meterDirections(stream, 'stream', { send: true, receive: true }, () => 0)).toBe(stream);
});

test('what is said to who may not receive goes nowhere, and holds nobody up', async () => {
  const [near, far] = await streams();
  const muted = mute(near);
  expect(muted.write(bytes(5_000_000))).toBe(true);
  muted.end();
  far.observe({
    readable: () => {},
    writable: () => {},
    reset: () => {},
    stopped: () => {},
    closed: () => {},
  });
  await expect.poll(() => far.readableEnded).toBe(true);
  expect(far.read()).toBeUndefined();
});

test('the count is the same however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 23, max: 900 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 70 }),
      (lengths, piece) => {
        const wire = Buffer.concat(
          lengths.map((length) =>
            Buffer.concat([Buffer.from([length >> 8, length & 255]), randomBytes(length)]),
          ),
        );
        const meter = new RecordMeter();
        let counted = 0;
        for (let at = 0; at < wire.length; at += piece) counted += meter.count(wire.subarray(at, at + piece));
        expect(counted).toBe(lengths.reduce((sum, length) => sum + length - 23, 0));
      },
    ),
  );
});

test('a state’s contents are acknowledged by who may only receive them: by small datagrams, one for each, and no more', async () => {
  const [stream] = await streams();
  let arrive = (_: Uint8Array) => {};
  const sent: number[] = [];
  const inner: StreamDatagrams = {
    observe: (observer) => {
      arrive = observer;
    },
    send: ({ length }) => {
      sent.push(length);
      return 'queued';
    },
    close: () => {},
  };
  stream.datagrams = inner;
  const { datagrams } = meterDirections(stream, 'render', { send: false, receive: true }, () => 0);
  let came = 0;
  datagrams?.observe(() => {
    came += 1;
  });
  for (let n = 0; n < 50; n += 1) arrive(bytes(90));
  expect(came).toBe(8);
  for (let n = 0; n < 50; n += 1) datagrams?.send(bytes(1000));
  for (let n = 0; n < 20; n += 1) arrive(bytes(300));
  expect(came).toBe(8);
  for (let n = 0; n < 80; n += 1) arrive(bytes(90));
  expect([came, sent.length]).toEqual([58, 50]);
  const other = meterDirections(stream, 'input', { send: true, receive: false }, () => 0);
  expect(other.datagrams).toBeUndefined();
});
