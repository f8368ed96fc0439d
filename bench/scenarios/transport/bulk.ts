/** One stream of zero bytes to a process that throws them away: QUIC, and `node:tls` over TCP. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Near } from './near.ts';

const CHUNK = 1 << 18;
const BLOCKS = 4;

/** MB per second. */
export async function bulkRates(near: Near, bytes: number): Promise<{ ours: number; peer: number }> {
  const [ourFar, peerFar] = [await near.far('quic sink'), await near.far('tls sink')];
  const connection = await near.connect(ourFar);
  const chunk = new Uint8Array(CHUNK);
  const ours = async () => {
    const stream = await connection.openStream(4);
    let drained = () => {};
    const over = new Promise<void>((resolve) =>
      stream.observe({
        readable: () => stream.read() && resolve(),
        writable: () => drained(),
        reset: () => {},
        stopped: () => {},
        closed: () => {},
      }),
    );
    for (let sent = 0; sent < bytes / BLOCKS; sent += CHUNK)
      if (!stream.write(chunk)) await new Promise<void>((resolve) => (drained = resolve));
    stream.end();
    await over;
  };
  const peer = async () => {
    const { certificate, key } = near.client;
    const socket = connect({
      host: '127.0.0.1',
      port: peerFar.port,
      cert: certificate,
      key,
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    for (let sent = 0; sent < bytes / BLOCKS; sent += CHUNK)
      if (!socket.write(chunk)) await once(socket, 'drain');
    socket.end();
    await once(socket, 'data');
    socket.destroy();
  };
  const rate = async (transfer: () => Promise<void>) => {
    const start = performance.now();
    await transfer();
    return bytes / BLOCKS / 1e6 / ((performance.now() - start) / 1000);
  };
  const rates = { ours: 0, peer: 0 };
  for (let block = 0; block < BLOCKS; block += 1) {
    rates.ours += (await rate(ours)) / BLOCKS;
    rates.peer += (await rate(peer)) / BLOCKS;
  }
  return rates;
}
