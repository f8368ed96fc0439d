/**
 * The floor to measure against: one UDP datagram through as many processes as the path has, no crypto, no framing. Each hop is a Node
 * process of its own that forwards what comes from either side to the other; the last one echoes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { timeRounds } from '../../samples.ts';

const HOP = `
const { createSocket } = require('node:dgram');
const next = Number(process.argv[1]);
const socket = createSocket('udp4');
let back = 0;
socket.on('message', (bytes, from) => {
  if (next === 0) return socket.send(bytes, from.port, '127.0.0.1');
  if (from.port === next) return socket.send(bytes, back, '127.0.0.1');
  back = from.port;
  socket.send(bytes, next, '127.0.0.1');
});
socket.bind(0, '127.0.0.1', () => process.send(socket.address().port));
process.on('disconnect', () => process.exit(0));
`;

async function startHop(next: number): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['-e', HOP, String(next)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

/** Round trips of a 64-byte datagram through `hops` processes, milliseconds each. */
export async function timeUdpHops(hops: number, rounds: number, pauseMs: number): Promise<number[]> {
  const children: ChildProcess[] = [];
  const socket = createSocket('udp4');
  try {
    let port = 0;
    for (let hop = 0; hop < hops; hop += 1) {
      const started = await startHop(port);
      children.push(started.child);
      port = started.port;
    }
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const payload = new Uint8Array(64);
    const round = async () => {
      const echoed = once(socket, 'message');
      socket.send(payload, port, '127.0.0.1');
      await echoed;
    };
    return await timeRounds(rounds, round, pauseMs);
  } finally {
    socket.close();
    for (const child of children) child.disconnect();
  }
}
