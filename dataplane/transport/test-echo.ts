/** The far side of a connection under test: what arrives goes back, on the stream it came by or as a datagram. */
import type { TrafficClass } from '../../schema/channel.ts';
import type { ByteStream, Connection } from './transport.ts';

const DATAGRAM_CLASS: TrafficClass = 3;

export interface EchoOptions {
  /** The first byte of a stream is the class in which it is answered. */
  readonly firstByteIsClass?: boolean;
}

export function echo(connection: Connection, options: EchoOptions = {}): void {
  connection.observe({
    stream: (stream) => echoStream(stream, options),
    datagrams: (batch) => {
      for (const bytes of batch) connection.sendDatagram(bytes, DATAGRAM_CLASS);
    },
    closed: () => {},
  });
}

/** Nothing more is read while what was read waits to be sent. A stream that is broken off is broken off in return. */
export function echoStream(stream: ByteStream, { firstByteIsClass = false }: EchoOptions = {}): void {
  let isFirst = firstByteIsClass;
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
  const nothing = () => {};
  stream.observe({
    readable: pump,
    writable: goOn,
    reset: () => stream.reset(0),
    stopped: nothing,
    closed: nothing,
  });
}
