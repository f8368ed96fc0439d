/** A stream, and the datagrams beside it, of which only some passes: what carries out who may send what. */
import { Refusal } from '../../schema/refusal.ts';
import type { ByteStream, DatagramOutcome, StreamDatagrams, StreamObserver } from '../transport/transport.ts';

export interface Gates {
  /** What comes. */
  read(chunk: Uint8Array): boolean;
  /** What goes. */
  write(chunk: Uint8Array): boolean;
}

/** A stream whose bytes pass gates. */
export class GatedStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #gates: Gates;
  /** What does not pass is dropped; else it ends the stream. */
  readonly #drops: boolean;
  #observer: StreamObserver | undefined;
  /** None, unless they have gates of their own. */
  readonly datagrams: StreamDatagrams | undefined;
  #refused = false;

  constructor(
    stream: ByteStream,
    gates: Gates,
    { drops = false, datagrams }: { drops?: boolean; datagrams?: StreamDatagrams | undefined } = {},
  ) {
    this.#stream = stream;
    this.#gates = gates;
    this.#drops = drops;
    this.datagrams = datagrams;
  }

  get id(): number {
    return this.#stream.id;
  }
  get bidirectional(): boolean {
    return this.#stream.bidirectional;
  }
  get readableEnded(): boolean {
    return this.#stream.readableEnded;
  }
  get pending(): number {
    return this.#stream.pending;
  }
  observe(observer: StreamObserver): void {
    this.#observer = observer;
    this.#stream.observe(observer);
  }
  read(): Uint8Array | undefined {
    const chunk = this.#stream.read();
    if (!chunk || this.#gates.read(chunk)) return chunk;
    this.#refuse();
    return undefined;
  }
  write(bytes: Uint8Array): boolean {
    if (this.#gates.write(bytes)) return this.#stream.write(bytes);
    if (this.#drops) return true;
    this.#refuse();
    return false;
  }
  end(): void {
    this.#stream.end();
  }
  reset(code: number): void {
    this.#stream.reset(code);
  }
  stop(code: number): void {
    this.#stream.stop(code);
  }
  setClass(trafficClass: Parameters<ByteStream['setClass']>[0]): void {
    this.#stream.setClass(trafficClass);
  }

  /** Both neighbours are told: the client by its stream, the service node by what observes this one. */
  #refuse(): void {
    if (this.#refused) return;
    this.#refused = true;
    const { flowCode } = new Refusal('channel_not_allowed');
    this.#stream.stop(flowCode);
    this.#stream.reset(flowCode);
    const observer = this.#observer;
    queueMicrotask(() => {
      observer?.reset(flowCode);
      observer?.stopped(flowCode);
    });
  }
}

/** Datagrams that pass gates; what does not is as if it was lost. */
export class GatedDatagrams implements StreamDatagrams {
  readonly #inner: StreamDatagrams;
  readonly #gates: Gates;

  constructor(inner: StreamDatagrams, gates: Gates) {
    this.#inner = inner;
    this.#gates = gates;
  }

  observe(observer: (datagram: Uint8Array) => void): void {
    this.#inner.observe((datagram) => {
      if (this.#gates.read(datagram)) observer(datagram);
    });
  }
  send(datagram: Uint8Array): DatagramOutcome {
    return this.#gates.write(datagram) ? this.#inner.send(datagram) : 'dropped';
  }
  wait(): number {
    return this.#inner.wait?.() ?? 0;
  }
  close(): void {
    this.#inner.close();
  }
}
