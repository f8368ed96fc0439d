/** An in-memory pair of connections for tests: ordered, lossless streams under the same flow control as the real ones. */
import type { TrafficClass } from '../../schema/channel.ts';
import {
  type ByteStream,
  type CloseInfo,
  type Connection,
  type ConnectionObserver,
  type ConnectionStats,
  type DatagramOutcome,
  NO_STATS,
  type StreamObserver,
  TransportClosed,
} from './transport.ts';

/** Bytes one side may have sent and the other not yet read. */
const WINDOW = 1 << 20;

export function memoryPair(): [Connection, Connection] {
  const a = new MemoryConnection();
  const b = new MemoryConnection();
  a.join(b);
  b.join(a);
  return [a, b];
}

/** Datagrams that wait for an observer: then the oldest goes. */
const EARLY_DATAGRAMS = 256;

class MemoryConnection implements Connection {
  readonly carrier = 'quic';
  readonly maxDatagramSize = 1200;
  readonly closed: Promise<CloseInfo>;
  readonly #settle: (info: CloseInfo) => void;
  readonly #streams = new Set<MemoryStream>();
  readonly #early: ByteStream[] = [];
  #earlyDatagrams: Uint8Array[] = [];
  #observer: ConnectionObserver | undefined;
  #peer!: MemoryConnection;
  #over: CloseInfo | undefined;
  #nextId = 0;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<CloseInfo>();
    this.closed = promise;
    this.#settle = resolve;
  }

  join(peer: MemoryConnection): void {
    this.#peer = peer;
  }

  observe(observer: ConnectionObserver): void {
    this.#observer = observer;
    queueMicrotask(() => {
      for (const stream of this.#early.splice(0)) observer.stream(stream);
      const datagrams = this.#earlyDatagrams.splice(0);
      if (datagrams.length > 0) observer.datagrams(datagrams);
      if (this.#over) observer.closed(this.#over);
    });
  }

  async openStream(_trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream> {
    signal?.throwIfAborted();
    const peer = this.#peer;
    if (this.#over) throw new TransportClosed(this.#over);
    this.#nextId += 4;
    const [ours, theirs] = [new MemoryStream(this.#nextId), new MemoryStream(this.#nextId)];
    ours.join(theirs);
    theirs.join(ours);
    this.#streams.add(ours);
    peer.#streams.add(theirs);
    queueMicrotask(() => peer.#arrived(theirs));
    return ours;
  }

  sendDatagram(bytes: Uint8Array): DatagramOutcome {
    if (this.#over) return 'closed';
    if (bytes.length > this.maxDatagramSize) return 'too_large';
    queueMicrotask(() => this.#peer.#receive([bytes]));
    return 'queued';
  }

  stats(): ConnectionStats {
    return NO_STATS;
  }

  async close(code: number, reason: string): Promise<void> {
    this.#end({ by: 'local', code, reason });
    this.#peer.#end({ by: 'peer', code, reason });
  }

  #receive(batch: readonly Uint8Array[]): void {
    if (this.#observer) this.#observer.datagrams(batch);
    else this.#earlyDatagrams = [...this.#earlyDatagrams, ...batch].slice(-EARLY_DATAGRAMS);
  }

  #arrived(stream: ByteStream): void {
    if (this.#observer) this.#observer.stream(stream);
    else this.#early.push(stream);
  }

  #end(info: CloseInfo): void {
    if (this.#over) return;
    this.#over = info;
    for (const stream of this.#streams) stream.abandon();
    this.#settle(info);
    queueMicrotask(() => this.#observer?.closed(info));
  }
}

class MemoryStream implements ByteStream {
  readonly id: number;
  readonly bidirectional = true;
  #peer!: MemoryStream;
  #observer: StreamObserver | undefined;
  readonly #events: ((to: StreamObserver) => void)[] = [];
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #finished = false;
  #writeOver = false;
  #waiting = false;
  #closed = false;

  constructor(id: number) {
    this.id = id;
  }

  join(peer: MemoryStream): void {
    this.#peer = peer;
  }

  observe(observer: StreamObserver): void {
    this.#observer = observer;
    this.#deliver();
  }

  get readableEnded(): boolean {
    return this.#finished && this.#inbox.length === 0;
  }

  get pending(): number {
    return this.#peer.#inboxBytes;
  }

  read(): Uint8Array | undefined {
    const chunk = this.#inbox.shift();
    if (!chunk) return undefined;
    this.#inboxBytes -= chunk.length;
    this.#peer.#drained();
    if (this.readableEnded) this.#checkClosed();
    return chunk;
  }

  write(bytes: Uint8Array): boolean {
    const peer = this.#peer;
    if (this.#writeOver) return false;
    if (peer.#finished) return true;
    peer.#inbox.push(bytes);
    peer.#inboxBytes += bytes.length;
    peer.#tell((to) => to.readable());
    if (peer.#inboxBytes <= WINDOW) return true;
    this.#waiting = true;
    return false;
  }

  end(): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    const peer = this.#peer;
    if (!peer.#finished) {
      peer.#finished = true;
      peer.#tell((to) => to.readable());
      peer.#checkClosed();
    }
    this.#checkClosed();
  }

  reset(code: number): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    this.#peer.#wasReset(code);
    this.#checkClosed();
  }

  stop(code: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#inbox = [];
    this.#inboxBytes = 0;
    const peer = this.#peer;
    if (!peer.#writeOver) {
      peer.#writeOver = true;
      peer.#tell((to) => to.stopped(code));
      peer.#checkClosed();
    }
    this.#checkClosed();
  }

  setClass(): void {}

  abandon(): void {
    this.#wasReset(0);
    this.#writeOver = true;
    this.#checkClosed();
  }

  #wasReset(code: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#inbox = [];
    this.#inboxBytes = 0;
    this.#tell((to) => to.reset(code));
    this.#checkClosed();
  }

  #drained(): void {
    if (!this.#waiting || this.pending > WINDOW / 2) return;
    this.#waiting = false;
    this.#tell((to) => to.writable());
  }

  #checkClosed(): void {
    if (this.#closed || !this.#writeOver || !this.readableEnded) return;
    this.#closed = true;
    this.#tell((to) => to.closed());
  }

  #tell(event: (to: StreamObserver) => void): void {
    this.#events.push(event);
    this.#deliver();
  }

  #deliver(): void {
    queueMicrotask(() => {
      const observer = this.#observer;
      if (!observer) return;
      for (const event of this.#events.splice(0)) event(observer);
    });
  }
}
