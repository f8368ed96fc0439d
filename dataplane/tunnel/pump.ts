/** Between a stream that speaks capsules and a UDP socket, both ways, until one of them ends. */
import type { Socket as UdpSocket } from 'node:dgram';
import type { Duplex } from 'node:stream';
import { encodePacket, PacketReader } from './datagram-capsule.ts';

/** What waits for TCP. Then packets are let go, as a queue on the way would: QUIC within notices and slows down. */
const WAITING_BYTES = 262_144;

/** @param send to whoever the UDP socket speaks with */
export function pump(stream: Duplex, udp: UdpSocket, send: (packet: Uint8Array) => void): void {
  const reader = new PacketReader();
  let isOver = false;
  const over = () => {
    if (isOver) return;
    isOver = true;
    stream.destroy();
    udp.close();
  };
  let isCorked = false;
  udp.on('message', (packet) => {
    if (stream.writableLength > WAITING_BYTES) return;
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      setImmediate(() => {
        isCorked = false;
        stream.uncork();
      });
    }
    stream.write(encodePacket(packet));
  });
  stream.on('data', (chunk: Uint8Array) => {
    try {
      for (const packet of reader.push(chunk)) send(packet);
    } catch {
      over();
    }
  });
  for (const event of ['close', 'end', 'error']) stream.once(event, over);
  udp.once('error', over);
}
