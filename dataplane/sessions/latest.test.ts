/** A state between a client and an adapter, through an entry that labels and splices as the real one does: by datagrams, also after the path died. */
import { expect, test } from 'vitest';
import { encodeMessage } from '../../schema/wire/message.ts';
import { ClientOpening } from '../../schema/wire/opening.ts';
import { LatestChannel } from '../channel/latest/channel.ts';
import { attach } from '../client/attach.ts';
import { DatagramLabels } from '../transport/datagram-labels.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { memoryPair } from '../transport/memory.ts';
import { splice } from '../transport/splice.ts';
import type { ByteStream, Connection } from '../transport/transport.ts';
import { World } from './test-world.ts';

const paths: Connection[] = [];
let carried = 0;

async function dial(world: World): Promise<Connection> {
  const [near, far] = memoryPair();
  paths.push(near);
  const labels = new DatagramLabels(far);
  far.observe({
    stream: (stream) => void enter(world, labels, stream, far),
    datagrams: (batch) => {
      carried += batch.length;
      for (const datagram of batch) labels.receive(datagram);
    },
    closed: () => {},
  });
  return near;
}

async function enter(
  world: World,
  labels: DatagramLabels,
  stream: ByteStream,
  far: Connection,
): Promise<void> {
  const { value, stream: rest } = await takeHead(stream, messageHead(ClientOpening), 5_000);
  if (value.type === 'channel') rest.datagrams = labels.of(value.number, 2);
  const [here, there] = memoryPair();
  void far.closed.then(() => here.close(0, 'cut'));
  const [ours, theirs] = [new DatagramLabels(here), new DatagramLabels(there)];
  here.observe({
    stream: () => {},
    datagrams: (batch) => {
      for (const datagram of batch) ours.receive(datagram);
    },
    closed: () => {},
  });
  there.observe({
    stream: (flow) => {
      flow.datagrams = theirs.of(9, 2);
      world.host.serve(flow, 1);
    },
    datagrams: (batch) => {
      for (const datagram of batch) theirs.receive(datagram);
    },
    closed: () => {},
  });
  const onward = await here.openStream(2);
  onward.datagrams = ours.of(9, 2);
  onward.write(encodeMessage(value));
  splice(rest, onward, () => {});
}

test('what is shown is what is so, by datagrams, before and after the path died', async () => {
  const world = await World.make({ render: { send: true, receive: true } });
  const seen = new Map<number, string>();
  let served: LatestChannel | undefined;
  world.serve = async ({ accept }) => {
    const stream = accept();
    served = new LatestChannel({
      stream,
      datagrams: stream.datagrams,
      roundTrip: 5,
      now: () => performance.now(),
      changed: (key, content) => {
        seen.set(key, Buffer.from(content).toString());
        served?.set(key, Buffer.from(`shown ${Buffer.from(content)}`));
      },
      over: () => {},
    });
  };
  const attachment = await attach(await world.ticket(), world.client, {
    ...world.options,
    dial: () => dial(world),
  });
  const shown = new Map<number, string>();
  const state = await attachment.openLatest('render', {
    changed: (key, content) => shown.set(key, Buffer.from(content).toString()),
    over: () => {},
  });
  for (const round of ['first', 'second']) {
    for (let key = 0; key < 20; key += 1)
      state.set(key, Buffer.from(`${round} ${key} ${'x'.repeat(key * 90)}`));
    await expect
      .poll(() => [shown.size, shown.get(19)?.split(' ')[1]], { timeout: 10_000 })
      .toEqual([20, round]);
    await expect.poll(() => state.isSettled && served?.isSettled, { timeout: 10_000 }).toBe(true);
    expect([...shown.values()]).toEqual([...seen.values()].map((text) => `shown ${text}`));
    if (round === 'first') {
      expect([state.isByStream, served?.isByStream]).toEqual([false, false]);
      expect(carried).toBeGreaterThan(10);
      await paths.at(-1)?.close(9, 'cut');
    }
  }
  await attachment.terminate();
});
