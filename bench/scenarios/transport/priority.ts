/** Round trips of a datagram of the most urgent class, while nothing else goes on and while a stream of a low class fills the connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QuicConnection } from '../../../dataplane/quic/quic.ts';
import type { Near } from './near.ts';

const SIZE = 64;
const EVERY_MS = 5;
const BLOCKS = 4;
const BULK_CLASS = 6;

/** Milliseconds per round trip, in blocks that take turns. */
export async function timeUrgent(near: Near, rounds: number): Promise<{ idle: number[]; busy: number[] }> {
  const far = await near.far('quic echo');
  const connection = await near.connect(far);
  let arrived = () => {};
  connection.observe({ stream: () => {}, datagrams: () => arrived(), closed: () => {} });
  const bytes = new Uint8Array(SIZE);
  const measure = async () => {
    const times: number[] = [];
    for (let n = 0; n < rounds / BLOCKS; n += 1) {
      const start = performance.now();
      const back = new Promise<void>((resolve) => (arrived = resolve));
      connection.sendDatagram(bytes, 0);
      await back;
      times.push(performance.now() - start);
      await sleep(EVERY_MS);
    }
    return times;
  };
  const [idle, busy]: [number[], number[]] = [[], []];
  for (let block = 0; block < BLOCKS; block += 1) {
    idle.push(...(await measure()));
    const stop = await saturate(connection);
    await sleep(100);
    busy.push(...(await measure()));
    await stop();
  }
  return { idle, busy };
}

/** Keeps a stream's queue full until told to stop. */
async function saturate(connection: QuicConnection): Promise<() => Promise<void>> {
  const stream = await connection.openStream(BULK_CLASS);
  const chunk = new Uint8Array(1 << 18);
  let going = true;
  let ended = () => {};
  const over = new Promise<void>((resolve) => (ended = resolve));
  const fill = () => {
    while (going && stream.write(chunk));
  };
  stream.observe({
    readable: () => stream.read() && ended(),
    writable: fill,
    reset: () => {},
    stopped: () => {},
    closed: () => {},
  });
  fill();
  return () => {
    going = false;
    stream.end();
    return over;
  };
}
