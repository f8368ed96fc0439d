/**
 * A channel held to its allowance, both ways: what comes is not taken before it may, so that its sender is held back by the channel's own window; what
 * goes is taken at once, and whoever wrote it told to wait. Nothing is lost on a stream. A datagram is counted, and whoever has more asks `wait` first.
 */
import type {
  ByteStream,
  DatagramOutcome,
  StreamDatagrams,
  StreamObserver,
} from '../../transport/transport.ts';
import type { ChannelAllowance } from './allowance.ts';

/** An acknowledgement, sealed or not, bytes: it is counted, and passes. */
const SMALL = 100;

export class PacedStream implements ByteStream {
  readonly datagrams: StreamDatagrams | undefined;
  readonly #stream: ByteStream;
  readonly #allowance: ChannelAllowance;
  #observer: StreamObserver | undefined;
  /** Of one chunk that came, what may not go on yet. */
  #rest: Uint8Array | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #writing: ReturnType<typeof setTimeout> | undefined;
  #isFull = false;
  #isClosed = false;

  constructor(stream: ByteStream, allowance: ChannelAllowance) {
    this.#stream = stream;
    this.#allowance = allowance;
    // Where nothing is limited a carrier's datagrams go on untouched (`joinDatagrams`).
    this.datagrams =
      stream.datagrams && allowance.isLimited
        ? new PacedDatagrams(stream.datagrams, allowance)
        : stream.datagrams;
  }

  get id(): number {
    return this.#stream.id;
  }
  get bidirectional(): boolean {
    return this.#stream.bidirectional;
  }
  get readableEnded(): boolean {
    return this.#rest === undefined && this.#stream.readableEnded;
  }
  get pending(): number {
    return this.#stream.pending;
  }

  observe(observer: StreamObserver): void {
    this.#observer = observer;
    this.#stream.observe({
      readable: () => observer.readable(),
      writable: () => {
        this.#isFull = false;
        if (this.#writing === undefined) observer.writable();
      },
      reset: (code) => {
        this.#rest = undefined;
        observer.reset(code);
      },
      stopped: (code) => observer.stopped(code),
      // What is still here was sent before the end: it goes on first.
      closed: () => {
        this.#isClosed = true;
        this.#settle();
      },
    });
  }

  read(): Uint8Array | undefined {
    if (this.#reading !== undefined) return undefined;
    const wait = this.#rest || !this.#stream.readableEnded ? this.#allowance.wait('up') : 0;
    if (wait > 0) {
      this.#reading = setTimeout(() => {
        this.#reading = undefined;
        this.#observer?.readable();
      }, wait);
      return undefined;
    }
    const chunk = this.#rest ?? this.#stream.read();
    if (!chunk) return undefined;
    const room = Math.max(1, this.#allowance.room('up'));
    const piece = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#rest = chunk.length > room ? chunk.subarray(room) : undefined;
    this.#allowance.take('up', piece.length);
    if (this.#isClosed) this.#settle();
    return piece;
  }

  write(bytes: Uint8Array): boolean {
    this.#allowance.take('down', bytes.length);
    this.#isFull = !this.#stream.write(bytes);
    const wait = this.#allowance.wait('down');
    if (wait > 0) this.#holdBack(wait);
    return !this.#isFull && wait === 0;
  }

  end(): void {
    this.#stream.end();
  }
  reset(code: number): void {
    this.#stream.reset(code);
  }
  stop(code: number): void {
    this.#rest = undefined;
    this.#settle();
    this.#stream.stop(code);
  }
  setClass(trafficClass: Parameters<ByteStream['setClass']>[0]): void {
    this.#stream.setClass(trafficClass);
  }

  #holdBack(wait: number): void {
    this.#writing ??= setTimeout(() => {
      this.#writing = undefined;
      const more = this.#allowance.wait('down');
      if (more > 0) this.#holdBack(more);
      else if (!this.#isFull) this.#observer?.writable();
    }, wait);
  }

  #settle(): void {
    if (!this.#isClosed || this.#rest !== undefined) return;
    this.#isClosed = false;
    clearTimeout(this.#reading);
    clearTimeout(this.#writing);
    queueMicrotask(() => this.#observer?.closed());
  }
}

class PacedDatagrams implements StreamDatagrams {
  readonly #inner: StreamDatagrams;
  readonly #allowance: ChannelAllowance;

  constructor(inner: StreamDatagrams, allowance: ChannelAllowance) {
    this.#inner = inner;
    this.#allowance = allowance;
  }

  wait(): number {
    return Math.max(this.#allowance.wait('down'), this.#inner.wait?.() ?? 0);
  }

  /** What is too much is lost here, as any may be. */
  observe(observer: (datagram: Uint8Array) => void): void {
    this.#inner.observe((datagram) => {
      if (datagram.length > SMALL && this.#allowance.wait('up') > 0) return;
      this.#allowance.take('up', datagram.length);
      observer(datagram);
    });
  }

  send(datagram: Uint8Array): DatagramOutcome {
    this.#allowance.take('down', datagram.length);
    return this.#inner.send(datagram);
  }

  close(): void {
    this.#inner.close();
  }
}
