/**
 * Datagrams that belong to a stream: on each connection they carry, in front, the number of the stream they belong to (u32, big-endian), as records
 * are bytes of it. Whoever joins two streams (`splice.ts`) joins their datagrams: a relay's work for one is one look-up.
 */
import type { TrafficClass } from '../../schema/channel.ts';
import { FLOW_CANCELLED } from '../../schema/refusal.ts';
import { refuseStream } from './refuse.ts';
import type { Connection, DatagramOutcome, StreamDatagrams } from './transport.ts';

const LABEL = 4;

export class DatagramLabels {
  readonly #connection: Connection;
  readonly #known = new Map<number, Labelled>();
  /** Datagrams of streams that nobody here knows (any more). */
  strays = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @param label the same at both ends of the connection, and no other stream's while this one lives */
  of(label: number, trafficClass: TrafficClass): StreamDatagrams {
    return new Labelled(this.#connection, label, trafficClass, this.#known);
  }

  receive(batch: readonly Uint8Array[]): void {
    for (const datagram of batch) {
      const known = datagram.length < LABEL ? undefined : this.#known.get(labelOf(datagram));
      if (known) known.received(datagram.subarray(LABEL));
      else this.strays += 1;
    }
  }
}

const OF_CLIENTS = new WeakMap<Connection, DatagramLabels>();

/** Of a connection that only we open streams on: nobody else observes it. */
export function labelsOf(connection: Connection): DatagramLabels {
  const known = OF_CLIENTS.get(connection);
  if (known) return known;
  const labels = new DatagramLabels(connection);
  OF_CLIENTS.set(connection, labels);
  connection.observe({
    stream: (stream) => refuseStream(stream, FLOW_CANCELLED),
    datagrams: (batch) => labels.receive(batch),
    closed: () => {},
  });
  return labels;
}

class Labelled implements StreamDatagrams {
  readonly #connection: Connection;
  readonly #label: number;
  readonly #class: TrafficClass;
  /** Of the connection: it is in there from when somebody listens. */
  readonly #known: Map<number, Labelled>;
  #observer: ((datagram: Uint8Array) => void) | undefined;

  constructor(
    connection: Connection,
    label: number,
    trafficClass: TrafficClass,
    known: Map<number, Labelled>,
  ) {
    this.#connection = connection;
    this.#label = label;
    this.#class = trafficClass;
    this.#known = known;
  }

  observe(observer: (datagram: Uint8Array) => void): void {
    this.#observer = observer;
    this.#known.set(this.#label, this);
  }

  send(datagram: Uint8Array): DatagramOutcome {
    const out = new Uint8Array(LABEL + datagram.length);
    new DataView(out.buffer).setUint32(0, this.#label);
    out.set(datagram, LABEL);
    return this.#connection.sendDatagram(out, this.#class);
  }

  received(datagram: Uint8Array): void {
    this.#observer?.(datagram);
  }

  close(): void {
    if (this.#known.get(this.#label) === this) this.#known.delete(this.#label);
  }
}

function labelOf(datagram: Uint8Array): number {
  return new DataView(datagram.buffer, datagram.byteOffset, LABEL).getUint32(0);
}
