/** Datagrams of 1100 bytes per second, one way, as many as arrive: QUIC, and `node:dgram` with no crypto. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Far, Near } from './near.ts';

const SIZE = 1100;
/** Handed in per turn of the event loop. */
const BURST = 256;
const BLOCKS = 4;

/** Per second. */
export async function datagramRates(near: Near, seconds: number): Promise<{ ours: number; peer: number }> {
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 << 20 });
  try {
    const [ourFar, peerFar] = [await near.far('quic sink'), await near.far('dgram sink')];
    const connection = await near.connect(ourFar);
    connection.observe({ stream: () => {}, datagrams: () => {}, closed: () => {} });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const bytes = new Uint8Array(SIZE);
    const ourBurst = async () => {
      let full = false;
      for (let n = 0; n < BURST && !full; n += 1) full = connection.sendDatagram(bytes, 0) === 'dropped';
      // A full queue drains in a few milliseconds: until then handing in more would only take the place of what waits.
      if (full) await sleep(1);
      else await new Promise((resolve) => setImmediate(resolve));
    };
    const peerBurst = () =>
      new Promise<void>((resolve) => {
        let left = BURST;
        for (let n = 0; n < BURST; n += 1)
          socket.send(bytes, peerFar.port, '127.0.0.1', () => {
            left -= 1;
            if (left === 0) resolve();
          });
      });
    let [ours, peer] = [0, 0];
    for (let block = 0; block < BLOCKS; block += 1) {
      ours += await rate(ourFar, seconds / BLOCKS, ourBurst);
      peer += await rate(peerFar, seconds / BLOCKS, peerBurst);
    }
    return { ours: ours / BLOCKS, peer: peer / BLOCKS };
  } finally {
    socket.close();
  }
}

async function rate(far: Far, seconds: number, burst: () => Promise<void>): Promise<number> {
  for (const until = performance.now() + 200; performance.now() < until; ) await burst();
  const before = await far.count();
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) await burst();
  const took = performance.now() - start;
  return (((await far.count()) - before) / took) * 1000;
}
