/** QUIC over lines that lose, delay, reorder, corrupt, limit, rebind and break. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EchoedDatagrams } from '../impairment/echoed-datagrams.ts';
import { eventually } from '../impairment/eventually.ts';
import type { Impairment } from '../impairment/impairment.ts';
import { quicOverLine } from '../impairment/quic-over-line.ts';
import {
  carries,
  expectIntact,
  FLOW_MS,
  LAST_MS,
  type Load,
  openStreams,
  received,
  sendAll,
  settled,
} from '../impairment/traffic.ts';

const TRAFFIC = ['datagrams', 'streams', 'both'] as const;
const TEST = { timeout: 2 * FLOW_MS };

const both = (impairment: Impairment) => ({ there: impairment, back: impairment });

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
    TRAFFIC.map((traffic) => {
      const name = `${loss * 100} % lost, ${delayMs} ms one way: ${traffic}`;
      const load = loadFor(loss, delayMs);
      if (traffic === 'streams') return { name, loss, delayMs, load: { ...load, datagrams: 0 } };
      if (traffic === 'datagrams') return { name, loss, delayMs, load: { ...load, streamBytes: 0 } };
      return { name, loss, delayMs, load };
    }),
  ),
);

describe('every loss with every delay', () => {
  for (const { name, loss, delayMs, load } of cells) {
    test.concurrent(name, TEST, async () => {
      await using pair = await quicOverLine(both({ loss, delayMs }));
      await carries(pair, load, loss, delayMs);
    });
  }
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
    // At this rate some 18 packets overtake one that is held back: nothing counts as lost.
    const rate = { rate: 20_000_000, queueBytes: 4_000_000 };
    await using pair = await quicOverLine(both({ ...rate, reorder: 0.1, duplicate: 0.05, delayMs: 10 }));
    await carries(pair, { streamBytes: 500_000, datagrams: 400, everyMs: 5 }, 0, 10);
    expect(pair.line.counters.there).toMatchObject({ lost: 0, overflowed: 0 });
    expect(pair.line.counters.there.duplicated).toBeGreaterThan(0);
    expect(pair.line.counters.back.reordered).toBeGreaterThan(0);
  });

  test.concurrent('a tenth later than hundreds of packets sent after it', TEST, async () => {
    const reorder = 0.1;
    await using pair = await quicOverLine(both({ reorder, reorderMs: 50, delayMs: 10 }));
    // What is overtaken by more packets than its short packet number tells apart (RFC 9000 section 17.1) may count as
    // lost: streams send it again, datagrams do not.
    await carries(pair, { streamBytes: 500_000, datagrams: 400, everyMs: 5 }, reorder, 10);
    expect(pair.line.counters.there).toMatchObject({ lost: 0, overflowed: 0 });
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
    // More than the window takes: most of them, and of their echoes, wait while the path changes.
    for (let n = 0; n < 300; n++) datagrams.send(largest());
    await eventually(
      () => datagrams.received.size > 20,
      LAST_MS,
      () => `${datagrams.received.size} datagrams came back`,
    );
    await pair.line.rebind();
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
