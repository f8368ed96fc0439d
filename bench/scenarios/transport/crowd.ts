/** A thousand connections that each send a small datagram 60 times a second, to one process on one core that answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cores, type Near, pin } from './near.ts';

const CONNECTIONS = 1000;
const TICK_MS = 1000 / 60;
const SIZE = 64;

/** Share of the datagrams, in percent, whose answer was there before the next tick. */
export async function answeredInTime(near: Near, seconds: number): Promise<number> {
  const far = await near.far('quic echo');
  const all = cores(process.pid);
  pin(far.pid, '0');
  pin(process.pid, '1');
  try {
    const endpoint = await near.endpoint();
    let [sentAt, answered, tick] = [0, 0, 0];
    const connections = [];
    for (let n = 0; n < CONNECTIONS; n += 1) {
      const connection = await near.dial(endpoint, far);
      connection.observe({
        stream: () => {},
        datagrams: (batch) => {
          // An answer of an earlier tick is late, whenever it comes.
          if (performance.now() - sentAt > TICK_MS) return;
          for (const bytes of batch)
            if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === tick) answered += 1;
        },
        closed: () => {},
      });
      connections.push(connection);
    }
    const ticks = Math.round(seconds * 60);
    const warmUp = 30;
    for (tick = 0; tick < ticks + warmUp; tick += 1) {
      if (tick === warmUp) answered = 0;
      const bytes = new Uint8Array(SIZE);
      new DataView(bytes.buffer).setUint32(0, tick);
      sentAt = performance.now();
      for (const connection of connections) connection.sendDatagram(bytes, 0);
      await sleep(Math.max(0, TICK_MS - (performance.now() - sentAt)));
    }
    return (answered / (ticks * CONNECTIONS)) * 100;
  } finally {
    pin(process.pid, all);
  }
}
