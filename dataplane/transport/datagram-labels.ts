/**
 * Datagrams that belong to a stream: on each connection they carry, in front, the number of the stream they belong to (u32, big-endian), as records
 * are bytes of it. Whoever joins two streams (`splice.ts`) joins their datagrams: a relay's work for one is one look-up and four bytes, nothing is copied or read.
 */
import type { TrafficClass } from '../../schema/channel.ts';
import { FLOW_CANCELLED } from '../../schema/refusal.ts';
import { refuseStream } from './refuse.ts';
import type { Connection, DatagramOutcome, StreamDatagrams } from './transport.ts';

export const LABEL_BYTES = 4;

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

  /** @param datagram whole; its bytes are its own, and the label in them is overwritten where it is passed on */
  receive(datagram: Uint8Array): void {
    const known = datagram.length < LABEL_BYTES ? undefined : this.#known.get(labelOf(datagram));
    if (known) known.received(datagram);
    else this.strays += 1;
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
    datagrams: (batch) => {
      for (const datagram of batch) labels.receive(datagram);
    },
    closed: () => {},
  });
  return labels;
}

/** What comes for one leaves by the other. */
export function joinDatagrams(a: StreamDatagrams, b: StreamDatagrams): void {
  if (a instanceof Labelled && b instanceof Labelled) {
    a.passTo(b);
    b.passTo(a);
    return;
  }
  a.observe((datagram) => void b.send(datagram));
  b.observe((datagram) => void a.send(datagram));
}

class Labelled implements StreamDatagrams {
  readonly #connection: Connection;
  readonly #label: number;
  readonly #class: TrafficClass;
  /** Of the connection: it is in there from when somebody listens. */
  readonly #known: Map<number, Labelled>;
  #observer: ((datagram: Uint8Array) => void) | undefined;
  #onward: Labelled | undefined;

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
    this.#onward = undefined;
    this.#known.set(this.#label, this);
  }

  send(datagram: Uint8Array): DatagramOutcome {
    const out = new Uint8Array(LABEL_BYTES + datagram.length);
    out.set(datagram, LABEL_BYTES);
    return this.#sendWhole(out);
  }

  /** In place of an observer: what comes leaves by that stream, with nothing copied. */
  passTo(other: Labelled): void {
    this.#onward = other;
    this.#known.set(this.#label, this);
  }

  received(datagram: Uint8Array): void {
    if (this.#onward) this.#onward.#sendWhole(datagram);
    else this.#observer?.(datagram.subarray(LABEL_BYTES));
  }

  #sendWhole(datagram: Uint8Array): DatagramOutcome {
    writeLabel(datagram, this.#label);
    return this.#connection.sendDatagram(datagram, this.#class);
  }

  close(): void {
    if (this.#known.get(this.#label) === this) this.#known.delete(this.#label);
  }
}

/** Big-endian, as everything on the wire. No view is made: this is a relay's work for each datagram. */
export function labelOf(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) * 0x1000000 + (((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
}

function writeLabel(bytes: Uint8Array, label: number): void {
  bytes[0] = label >>> 24;
  bytes[1] = label >>> 16;
  bytes[2] = label >>> 8;
  bytes[3] = label;
}
