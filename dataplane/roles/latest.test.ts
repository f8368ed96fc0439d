/** A state over real hops: client, entry, relay and service node are QUIC connections, each relay a process of its own. */
import { afterEach, expect, test } from 'vitest';
import type { ChannelGrant } from '../../schema/channel.ts';
import { LatestChannel } from '../channel/latest/channel.ts';
import { attach } from '../client/attach.ts';
import { nodeAead, nodeDialer } from '../client/node.ts';
import type { Carrier } from '../transport/transport.ts';
import { TestMesh } from './test-mesh.ts';

let mesh: TestMesh | undefined;
afterEach(async () => {
  await mesh?.[Symbol.asyncDispose]();
  mesh = undefined;
});

let ended = false;
const ITEMS = 60;
const text = (round: string, key: number) => `${round} ${key} ${'x'.repeat(key * 40)}`;

/** A screen at the target, and a client that is shown it. */
async function screen(relays: number, grant: ChannelGrant, carrier: Carrier) {
  let served: LatestChannel | undefined;
  const heard = new Map<number, string>();
  mesh = await TestMesh.start({
    relays,
    channels: { render: grant },
    serve: async ({ accept }) => {
      const stream = accept();
      await new Promise<void>((over) => {
        served = new LatestChannel({
          stream,
          datagrams: stream.datagrams,
          roundTrip: 5,
          now: () => performance.now(),
          changed: (key, content) => heard.set(key, Buffer.from(content).toString()),
          over,
        });
      });
    },
  });
  for (const name of ['entry0', 'service'])
    await expect
      .poll(() => mesh?.node(name).running?.metrics()['links_up'], { timeout: 20_000 })
      .toBe(relays);
  const { ticket, keys } = await mesh.ticket();
  const attachment = await attach(ticket, keys, { dial: nodeDialer(carrier), aead: nodeAead });
  const shown = new Map<number, string>();
  const client = await attachment.openLatest('render', {
    changed: (key, content) => shown.set(key, Buffer.from(content).toString()),
    over: () => {
      ended = true;
    },
  });
  // Who serves hears of the channel a moment later.
  await expect.poll(() => served).toBeDefined();
  const at = served as unknown as LatestChannel;
  const draw = async (round: string) => {
    for (let key = 0; key < ITEMS; key += 1) at.set(key, Buffer.from(text(round, key)));
    await expect
      .poll(() => [...shown].filter(([key, got]) => got === text(round, key)).length, { timeout: 15_000 })
      .toBe(ITEMS);
    await expect.poll(() => at.isSettled, { timeout: 15_000 }).toBe(true);
  };
  return { mesh, attachment, client, target: at, heard, draw };
}

test('a screen that may only be received goes by datagrams, also after its relay was killed', async () => {
  const {
    mesh: on,
    attachment,
    client,
    target,
    heard,
    draw,
  } = await screen(2, { send: false, receive: true }, 'quic');
  await draw('first');
  expect([client.isByStream, target.isByStream]).toEqual([false, false]);
  expect(client.came.byDatagram).toBeGreaterThan(60);
  expect(target.came.byDatagram).toBeGreaterThan(0);
  const { report } = await on.node('entry0').report();
  const flow = report.flows.find(({ opened }) => opened);
  await on.node(flow ? on.nameOf(flow.link) : '').kill();
  await draw('second');
  // Contents from who may only receive are nowhere.
  client.set(7, Buffer.from('written by who may not'));
  // By datagram it is lost on the way, by the stream it is the channel's end.
  await expect.poll(() => ended, { timeout: 15_000 }).toBe(true);
  expect(heard.size).toBe(0);
  await attachment.detach();
});

test('over TCP the same state goes by the stream', async () => {
  const { attachment, client, target, draw } = await screen(1, { send: false, receive: true }, 'tcp');
  expect(attachment.carrier).toBe('tcp');
  await draw('first');
  await draw('second');
  expect([client.isByStream, target.isByStream]).toEqual([true, true]);
  expect(client.came.byStream).toBeGreaterThan(10);
  await attachment.detach();
});
