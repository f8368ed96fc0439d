/** Round trips of a 64-byte datagram: QUIC, and `node:dgram` with no crypto. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { timeRounds } from '../../samples.ts';
import type { Near } from './near.ts';

const SIZE = 64;
const BLOCKS = 10;

/** Milliseconds per round trip, in blocks that take turns, so that what disturbs one disturbs the other. */
export async function timeDatagrams(near: Near, rounds: number): Promise<{ ours: number[]; peer: number[] }> {
  const socket = createSocket('udp4');
  try {
    const [ourFar, peerFar] = [await near.far('quic echo'), await near.far('dgram echo')];
    const connection = await near.connect(ourFar);
    let arrived = () => {};
    connection.observe({ stream: () => {}, datagrams: () => arrived(), closed: () => {} });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.on('message', () => arrived());
    const bytes = new Uint8Array(SIZE);
    const round = (send: () => void) => () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
        send();
      });
    const ourRound = round(() => connection.sendDatagram(bytes, 0));
    const peerRound = round(() => socket.send(bytes, peerFar.port, '127.0.0.1'));
    const [ours, peer]: [number[], number[]] = [[], []];
    for (let block = 0; block < BLOCKS; block += 1) {
      ours.push(...(await timeRounds(rounds / BLOCKS, ourRound)));
      peer.push(...(await timeRounds(rounds / BLOCKS, peerRound)));
    }
    return { ours, peer };
  } finally {
    socket.close();
  }
}
