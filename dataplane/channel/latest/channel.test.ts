/** A state over what carries it: sealed datagrams that a relay loses, repeats and changes, labelled and spliced; and the stream alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DatagramLabels } from '../../transport/datagram-labels.ts';
import { memoryPair } from '../../transport/memory.ts';
import { splice } from '../../transport/splice.ts';
import type { ByteStream, Connection } from '../../transport/transport.ts';
import { nodeAead } from '../node-aead.ts';
import { SealedDatagrams } from '../sealed-datagrams.ts';
import { testKeys } from '../test-path.ts';
import { webAead } from '../web-aead.ts';
import { LatestChannel } from './channel.ts';

type Treat = (datagram: Uint8Array) => readonly Uint8Array[];
const honest: Treat = (datagram) => [datagram];

/** A stream with datagrams of its own over one hop, as a client or a link makes it. */
async function hop(label: number): Promise<{ near: ByteStream; far: ByteStream; strays: () => number }> {
  const [a, b] = memoryPair();
  const [ours, theirs] = [new DatagramLabels(a), new DatagramLabels(b)];
  const arrived = new Promise<ByteStream>((resolve) => listen(b, theirs, resolve));
  listen(a, ours, () => {});
  const [near, far] = [await a.openStream(2), await arrived];
  near.datagrams = ours.of(label, 2);
  far.datagrams = theirs.of(label, 2);
  return { near, far, strays: () => ours.strays + theirs.strays };
}

function listen(connection: Connection, labels: DatagramLabels, stream: (stream: ByteStream) => void): void {
  connection.observe({
    stream,
    datagrams: (batch) => {
      for (const datagram of batch) labels.receive(datagram);
    },
    closed: () => {},
  });
}

/** Two ends with a relay between them that treats each datagram as it likes. */
async function world(treat: Treat, aead = nodeAead, hasDatagrams = true) {
  const [first, second] = [await hop(7), await hop(1234)];
  splice(first.far, second.near, () => {});
  const onward = second.near.datagrams;
  first.far.datagrams?.observe((datagram) => {
    for (const piece of treat(datagram)) onward?.send(piece);
  });
  const keys = await testKeys(aead);
  const name = { kind: 'render', number: 3 };
  const shown = [new Map<number, string>(), new Map<number, string>()];
  const ends: LatestChannel[] = [];
  for (const [at, stream] of [first.near, second.far].entries()) {
    const sealing = await keys[at === 0 ? 0 : 1].datagrams(name);
    ends.push(
      new LatestChannel({
        stream,
        datagrams:
          hasDatagrams && stream.datagrams ? new SealedDatagrams(stream.datagrams, sealing) : undefined,
        roundTrip: 2,
        now: () => performance.now(),
        changed: (key, content) => shown[at]?.set(key, Buffer.from(content).toString()),
        over: () => {},
      }),
    );
  }
  const [client, service] = ends as [LatestChannel, LatestChannel];
  return { client, service, shownAtClient: shown[0], shownAtService: shown[1], strays: first.strays };
}

const said = (text: string) => new TextEncoder().encode(text);
const tiles = Array.from({ length: 40 }, (_, key) => [key, `tile ${key} ${'x'.repeat(key * 90)}`] as const);

test.each([
  ['Node', nodeAead],
  ['the browser', webAead],
])('with the cipher of %s both ends show each other’s state, over two hops', async (_, aead) => {
  const { client, service, shownAtClient, shownAtService } = await world(honest, aead);
  for (const [key, text] of tiles) {
    client.set(key, said('old'));
    client.set(key, said(text));
    service.set(key, said(`${text}!`));
  }
  await expect.poll(() => client.isSettled && service.isSettled).toBe(true);
  expect(shownAtService).toEqual(new Map(tiles));
  expect(shownAtClient).toEqual(new Map(tiles.map(([key, text]) => [key, `${text}!`])));
  expect([client.isByStream, service.isByStream]).toEqual([false, false]);
  client.close();
});

test('a relay that loses, repeats, holds back, changes and invents: the state comes out right, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(9), { minLength: 20, maxLength: 60 }), async (deeds) => {
      let held: Uint8Array[] = [];
      let nth = 0;
      const { client, shownAtService } = await world((datagram) => {
        const deed = deeds[nth % 997];
        nth += 1;
        if (deed === 0) return [];
        if (deed === 1) return [datagram, datagram];
        if (deed === 2)
          return [datagram.map((octet, at) => (at === nth % datagram.length ? octet ^ 1 : octet))];
        if (deed === 3) return [new Uint8Array(nth % 60), datagram];
        if (deed === 4) {
          held.push(datagram);
          return [];
        }
        const late = held;
        held = [];
        return [datagram, ...late];
      });
      for (const [key, text] of tiles) client.set(key, said(text));
      await expect.poll(() => client.isSettled, { interval: 2 }).toBe(true);
      expect(shownAtService).toEqual(new Map(tiles));
      client.close();
    }),
    { numRuns: 12 },
  );
});

test('where datagrams do not get through it goes on by the stream, both ways', async () => {
  const { client, service, shownAtClient, shownAtService } = await world(() => []);
  for (const [key, text] of tiles) client.set(key, said(text));
  await expect.poll(() => client.isSettled).toBe(true);
  service.set(1, said('answer'));
  await expect.poll(() => service.isSettled).toBe(true);
  expect([client.isByStream, service.isByStream]).toEqual([true, true]);
  expect([shownAtService, shownAtClient]).toEqual([new Map(tiles), new Map([[1, 'answer']])]);
  client.close();
});

test('without datagrams only what is newest goes by the stream', async () => {
  const { client, shownAtService } = await world(honest, nodeAead, false);
  for (let round = 0; round < 1000; round += 1)
    for (const [key, text] of tiles) client.set(key, said(`${text} ${round}`));
  await expect.poll(() => client.isSettled).toBe(true);
  expect(shownAtService).toEqual(new Map(tiles.map(([key, text]) => [key, `${text} 999`])));
  client.close();
});

test('datagrams of a stream that is over are nobody’s', async () => {
  const { near, far, strays } = await hop(5);
  const got: Uint8Array[] = [];
  far.datagrams?.observe((datagram) => got.push(datagram));
  near.datagrams?.send(said('one'));
  await expect.poll(() => got.length).toBe(1);
  far.datagrams?.close();
  near.datagrams?.send(said('two'));
  await expect.poll(strays).toBe(1);
  expect(got.length).toBe(1);
});
