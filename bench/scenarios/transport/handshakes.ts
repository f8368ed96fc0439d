/** Full handshakes with certificates on both sides, 32 at a time: QUIC, and `node:tls`. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Near } from './near.ts';

const AT_ONCE = 32;
const BLOCKS = 3;

/** Per second. */
export async function handshakeRates(near: Near, count: number): Promise<{ ours: number; peer: number }> {
  const [ourFar, peerFar] = [await near.far('quic sink'), await near.far('tls sink')];
  const endpoint = await near.endpoint();
  const ours = async () => {
    const connection = await near.dial(endpoint, ourFar);
    void connection.close(0, '');
  };
  const { certificate, key } = near.client;
  const peer = async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: peerFar.port,
      cert: certificate,
      key,
      minVersion: 'TLSv1.3',
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    socket.destroy();
  };
  const rates = { ours: 0, peer: 0 };
  for (let block = 0; block < BLOCKS; block += 1) {
    rates.ours += (await rate(ours, count / BLOCKS)) / BLOCKS;
    rates.peer += (await rate(peer, count / BLOCKS / 3)) / BLOCKS;
  }
  return rates;
}

async function rate(handshake: () => Promise<void>, count: number): Promise<number> {
  let left = Math.ceil(count);
  const start = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await handshake();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (Math.ceil(count) / (performance.now() - start)) * 1000;
}
