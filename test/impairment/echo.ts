/** The far side of a connection under test: what arrives goes back, on the stream it came by or as a datagram. */

import type { ByteStream, Connection } from '../../dataplane/transport/transport.ts';
import type { TrafficClass } from '../../schema/channel.ts';

const DATAGRAM_CLASS: TrafficClass = 3;

export function echo(connection: Connection): void {
  connection.observe({
    stream: echoStream,
    datagrams: (batch) => {
      for (const bytes of batch) connection.sendDatagram(bytes, DATAGRAM_CLASS);
    },
    closed: () => {},
  });
}

/** Nothing more is read while what was read waits to be sent. The first byte of a stream is its class. */
function echoStream(stream: ByteStream): void {
  let isFirst = true;
  let isFull = false;
  const pump = () => {
    for (let bytes = isFull ? undefined : stream.read(); bytes; bytes = isFull ? undefined : stream.read()) {
      if (isFirst) stream.setClass(bytes[0] as TrafficClass);
      isFirst = false;
      isFull = !stream.write(bytes);
    }
    if (stream.readableEnded) stream.end();
  };
  const goOn = () => {
    isFull = false;
    pump();
  };
  stream.observe({ readable: pump, writable: goOn, reset: () => {}, stopped: () => {}, closed: () => {} });
}
