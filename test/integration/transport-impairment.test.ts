/** QUIC over lines that lose, delay, reorder, corrupt, limit, rebind and break. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../dataplane/transport/transport.ts';
import type { TrafficClass } from '../../schema/channel.ts';
import { EchoedDatagrams, leastShare } from '../impairment/echoed-datagrams.ts';
import { EchoedStream } from '../impairment/echoed-stream.ts';
import { eventually } from '../impairment/eventually.ts';
import type { Impairment } from '../impairment/impairment.ts';
import { type QuicOverLine, quicOverLine } from '../impairment/quic-over-line.ts';

const CLASSES: readonly TrafficClass[] = [0, 2, 4, 7];
const TRAFFIC = ['datagrams', 'streams', 'both'] as const;
/** What a flow may take. It is a bound on standing still, not on speed: the machine may be busy with other things. */
const FLOW_MS = 100_000;
/** After the line got well again. */
const LAST_MS = 10_000;
const TEST = { timeout: 2 * FLOW_MS };

interface Load {
  /** On each of the four streams, each way. */
  readonly streamBytes: number;
  readonly datagrams: number;
  readonly everyMs: number;
}

const both = (impairment: Impairment) => ({ there: impairment, back: impairment });

const openStreams = (connection: Connection) =>
  Promise.all(CLASSES.map((trafficClass) => EchoedStream.open(connection, trafficClass)));

const settled = async (streams: readonly EchoedStream[], withinMs: number): Promise<void> => {
  await Promise.all(streams.map((stream) => stream.settled(withinMs)));
};

const received = (streams: readonly EchoedStream[]) =>
  streams.reduce((sum, stream) => sum + stream.received, 0);

function sendAll(streams: readonly EchoedStream[], bytes: number): void {
  streams.forEach((stream, seed) => {
    stream.send(bytes, seed);
  });
}

async function expectIntact({ accepted }: QuicOverLine, streams: readonly EchoedStream[]): Promise<void> {
  for (const stream of streams) {
    const { sent, received } = await stream.finish(LAST_MS);
    expect(received).toBe(sent);
  }
  expect(accepted).toHaveLength(1);
}

/** What was sent over a line of this loss is intact; and when the line is well again, nothing stands still. */
async function carries(pair: QuicOverLine, load: Load, loss: number, delayMs: number): Promise<void> {
  const datagrams = new EchoedDatagrams(pair.client);
  const streams = await openStreams(pair.client);
  sendAll(streams, load.streamBytes);
  await Promise.all([
    settled(streams, FLOW_MS),
    datagrams.flow(load.datagrams, load.everyMs, load.datagrams > 0 ? 1000 + 4 * delayMs : 0),
  ]);

  pair.line.set({ delayMs });
  for (const stream of streams) stream.send(1, 99);
  await Promise.all([datagrams.sendLast(LAST_MS), settled(streams, LAST_MS)]);

  await expectIntact(pair, streams);
  expect(datagrams.wrong).toBe(0);
  expect(datagrams.duplicates).toBe(0);
  const share = datagrams.received.size / datagrams.sent;
  expect(share).toBeGreaterThanOrEqual(leastShare((1 - loss) ** 2, datagrams.sent));
}

/** As much as passes in some twenty seconds at most. */
function loadFor(loss: number, delayMs: number): Load {
  if (delayMs === 0) return { streamBytes: loss < 0.2 ? 1_000_000 : 250_000, datagrams: 400, everyMs: 5 };
  if (loss < 0.02) return { streamBytes: 250_000, datagrams: 300, everyMs: 10 };
  if (loss < 0.2) return { streamBytes: delayMs < 100 ? 100_000 : 40_000, datagrams: 200, everyMs: 20 };
  return delayMs < 100
    ? { streamBytes: 30_000, datagrams: 100, everyMs: 60 }
    : { streamBytes: 15_000, datagrams: 60, everyMs: 200 };
}

/** The slowest first, so that they do not come last alone. */
const cells = [0.2, 0.05, 0.01].flatMap((loss) =>
  [200, 50, 0].flatMap((delayMs) =>
    TRAFFIC.map((traffic) => ({ loss, delayMs, traffic, percent: loss * 100 })),
  ),
);

describe('every loss with every delay', () => {
  test.concurrent.for(cells)(
    '$percent % lost, $delayMs ms one way: $traffic',
    TEST,
    async ({ loss, delayMs, traffic }) => {
      await using pair = await quicOverLine(both({ loss, delayMs }));
      const load = loadFor(loss, delayMs);
      if (traffic === 'streams') await carries(pair, { ...load, datagrams: 0 }, loss, delayMs);
      else if (traffic === 'datagrams') await carries(pair, { ...load, streamBytes: 0 }, loss, delayMs);
      else await carries(pair, load, loss, delayMs);
    },
  );
});

describe('other faults of a line', () => {
  test.concurrent('losses that come in bursts', TEST, async () => {
    const burst = { enter: 0.01, leave: 0.2 };
    await using pair = await quicOverLine(both({ burst, delayMs: 10 }));
    const load = { streamBytes: 250_000, datagrams: 300, everyMs: 5 };
    // A burst takes several datagrams at once, so chance spreads wider than it does for independent losses.
    await carries(pair, load, 2 * (burst.enter / (burst.enter + burst.leave)), 10);
    expect(pair.line.counters.there.lost).toBeGreaterThan(0);
  });

  test.concurrent('a tenth out of order, a twentieth twice', TEST, async () => {
    await using pair = await quicOverLine(both({ reorder: 0.1, duplicate: 0.05, delayMs: 10 }));
    await carries(pair, { streamBytes: 500_000, datagrams: 400, everyMs: 5 }, 0, 10);
    expect(pair.line.counters.there).toMatchObject({ lost: 0, overflowed: 0 });
    expect(pair.line.counters.there.duplicated).toBeGreaterThan(0);
    expect(pair.line.counters.back.reordered).toBeGreaterThan(0);
  });

  test.concurrent('jitter of several round trips', TEST, async () => {
    await using pair = await quicOverLine(both({ delayMs: 5, jitterMs: 60 }));
    await carries(pair, { streamBytes: 100_000, datagrams: 200, everyMs: 5 }, 0, 65);
  });

  test.concurrent('one packet in fifty damaged', TEST, async () => {
    await using pair = await quicOverLine(both({ corrupt: 0.02, delayMs: 10 }));
    await carries(pair, { streamBytes: 500_000, datagrams: 400, everyMs: 5 }, 0.02, 10);
    expect(pair.line.counters.there.corrupted).toBeGreaterThan(0);
    expect(pair.line.counters.back.corrupted).toBeGreaterThan(0);
  });

  test.concurrent('two NAT rebindings in the middle of a transfer', TEST, async () => {
    await using pair = await quicOverLine(both({ delayMs: 10, rate: 40_000_000 }));
    const bytes = 1_500_000;
    const streams = await openStreams(pair.client);
    sendAll(streams, bytes);
    for (const third of [1, 2]) {
      const enough = (third / 3) * bytes * streams.length;
      await eventually(
        () => received(streams) > enough,
        FLOW_MS,
        () => `${received(streams)} bytes came back`,
      );
      await pair.line.rebind();
    }
    await settled(streams, FLOW_MS);
    await expectIntact(pair, streams);
  });

  test.concurrent('datagrams of the largest size before and after a NAT rebinding', TEST, async () => {
    await using pair = await quicOverLine(both({ delayMs: 10 }));
    const datagrams = new EchoedDatagrams(pair.client);
    const streams = await openStreams(pair.client);
    const largest = () => pair.client.maxDatagramSize;
    const before = largest();
    await eventually(
      () => largest() > before && pair.server.maxDatagramSize > before,
      LAST_MS,
      () => `the path takes no more than ${largest()} bytes`,
    );
    for (let n = 0; n < 20; n++) {
      datagrams.send(largest());
      if (n === 10) await pair.line.rebind();
      await sleep(5);
    }
    await sleep(500);
    await datagrams.sendLast(LAST_MS);
    sendAll(streams, 10_000);
    await settled(streams, LAST_MS);
    await expectIntact(pair, streams);
    expect(datagrams.wrong + datagrams.duplicates).toBe(0);
  });

  test.concurrent('a line that is cut for three seconds in the middle of a transfer', TEST, async () => {
    await using pair = await quicOverLine(both({ delayMs: 10, rate: 40_000_000 }));
    const datagrams = new EchoedDatagrams(pair.client);
    const streams = await openStreams(pair.client);
    sendAll(streams, 500_000);
    await eventually(
      () => received(streams) > 500_000,
      FLOW_MS,
      () => `${received(streams)} bytes came back`,
    );
    pair.line.cut(3000);
    await sleep(1500);
    const during = received(streams);
    await sleep(1000);
    expect(received(streams)).toBe(during);
    await settled(streams, FLOW_MS);
    await datagrams.sendLast(LAST_MS);
    await expectIntact(pair, streams);
  });

  test.concurrent('a client that goes away silently is noticed, and so is such a server', TEST, async () => {
    const idleTimeoutMs = 2000;
    await using pair = await quicOverLine({ ...both({ delayMs: 5 }), idleTimeoutMs });
    const [stream] = await openStreams(pair.client);
    stream?.send(1000, 1);
    await stream?.settled(LAST_MS);
    pair.line.cut();
    const cutAt = performance.now();
    const [client, server] = await Promise.all([pair.client.closed, pair.server.closed]);
    expect([client.by, server.by]).toEqual(['idle', 'idle']);
    expect(performance.now() - cutAt).toBeGreaterThan(idleTimeoutMs / 2);
    expect(performance.now() - cutAt).toBeLessThan(idleTimeoutMs + LAST_MS);
  });
});

/** By itself, after the others: it is the one whose speed is looked at. */
test('a rate limit with a short queue is used to three fifths at least', TEST, async () => {
  const rate = 20_000_000;
  await using pair = await quicOverLine(both({ rate, queueBytes: 65_536, delayMs: 5 }));
  const bytes = 2_500_000;
  const streams = await openStreams(pair.client);
  const start = performance.now();
  sendAll(streams, bytes);
  await settled(streams, FLOW_MS);
  const bitPerSecond = (bytes * 8 * streams.length) / ((performance.now() - start) / 1000);
  expect(bitPerSecond).toBeGreaterThan(0.6 * rate);
  expect(bitPerSecond).toBeLessThan(rate);
  await expectIntact(pair, streams);
});
