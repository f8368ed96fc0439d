/** What goes over a bad line in a test, and what must hold of it. */
import { expect } from 'vitest';
import type { Connection } from '../../dataplane/transport/transport.ts';
import type { TrafficClass } from '../../schema/channel.ts';
import { EchoedDatagrams, leastShare } from './echoed-datagrams.ts';
import { EchoedStream } from './echoed-stream.ts';
import type { QuicOverLine } from './quic-over-line.ts';

const CLASSES: readonly TrafficClass[] = [0, 2, 4, 7];
/** What a flow may take. It is a bound on standing still, not on speed: the machine may be busy with other things. */
export const FLOW_MS = 100_000;
/** What an answer may take after the line got well again. */
export const LAST_MS = 10_000;

export interface Load {
  /** On each of the four streams, each way. */
  readonly streamBytes: number;
  readonly datagrams: number;
  readonly everyMs: number;
}

export const openStreams = (connection: Connection) =>
  Promise.all(CLASSES.map((trafficClass) => EchoedStream.open(connection, trafficClass)));

export const settled = async (streams: readonly EchoedStream[], withinMs: number): Promise<void> => {
  await Promise.all(streams.map((stream) => stream.settled(withinMs)));
};

/** Bytes that came back so far. */
export const received = (streams: readonly EchoedStream[]) =>
  streams.reduce((sum, stream) => sum + stream.received, 0);

export function sendAll(streams: readonly EchoedStream[], bytes: number): void {
  streams.forEach((stream, seed) => {
    stream.send(bytes, seed);
  });
}

/** What came back is what was sent, and all by the connection that was dialed first. */
export async function expectIntact(
  { accepted }: QuicOverLine,
  streams: readonly EchoedStream[],
): Promise<void> {
  for (const stream of streams) {
    const { sent, received } = await stream.finish(LAST_MS);
    expect(received).toBe(sent);
  }
  expect(accepted).toHaveLength(1);
}

/** What was sent over a line of this loss is intact; and when the line is well again, nothing stands still. */
export async function carries(pair: QuicOverLine, load: Load, loss: number, delayMs: number): Promise<void> {
  const datagrams = new EchoedDatagrams(pair.client);
  const streams = await openStreams(pair.client);
  sendAll(streams, load.streamBytes);
  await Promise.all([
    settled(streams, FLOW_MS),
    datagrams.flow(load.datagrams, load.everyMs, load.datagrams > 0 ? 1000 + 4 * delayMs : 0),
  ]);

  pair.line.set({ delayMs });
  // By itself first: the acknowledgements of stream bytes would hide datagrams that stand still.
  await datagrams.sendLast(LAST_MS);
  for (const stream of streams) stream.send(1, 99);
  await settled(streams, LAST_MS);

  await expectIntact(pair, streams);
  expect(datagrams.wrong).toBe(0);
  expect(datagrams.duplicates).toBe(0);
  const share = datagrams.received.size / datagrams.sent;
  expect(share).toBeGreaterThanOrEqual(leastShare((1 - loss) ** 2, datagrams.sent));
}
