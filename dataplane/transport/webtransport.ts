/**
 * A W3C WebTransport session as a `Connection`: the browser's own, or the Node library's on either side. Web-standard APIs only.
 *
 * A stream keeps one chunk read ahead; nothing more is pulled until that one is taken, so the sender stays under flow control.
 */
import { LOWEST_CLASS, type TrafficClass } from '../../schema/channel.ts';
import { DatagramQueue } from './datagram-queue.ts';
import {
  type ByteStream,
  type Carrier,
  type CloseInfo,
  type Connection,
  type ConnectionObserver,
  type ConnectionStats,
  type DatagramOutcome,
  NO_STATS,
  type StreamObserver,
  TransportClosed,
} from './transport.ts';

interface BidirectionalStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array> & { sendOrder?: number | null };
}

/** What we use of the W3C WebTransport object, and what a stand-in over TCP adds. */
export interface WebTransportLike {
  /** Absent: QUIC. */
  readonly carrier?: Carrier;
  /** The most it takes in one write of a stream, bytes. */
  readonly maxWrite?: number;
  /** Where it has a queue of its own. */
  sendDatagram?(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome;
  readonly closed: Promise<{ closeCode?: number; reason?: string }>;
  readonly incomingBidirectionalStreams: ReadableStream<BidirectionalStream>;
  readonly datagrams: {
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable?: WritableStream<Uint8Array>;
    createWritable?(): WritableStream<Uint8Array>;
    readonly maxDatagramSize: number;
  };
  createBidirectionalStream(options?: { sendOrder?: number }): Promise<BidirectionalStream>;
  close(info?: { closeCode?: number; reason?: string }): void;
}

/** Bytes handed to the stream and not yet taken by it, above which `write` says false. */
const HIGH_WATER = 1 << 20;
/** Streams that may wait for an observer. */
const EARLY_STREAMS = 256;
/** Datagrams that may: then the oldest goes. */
const EARLY_DATAGRAMS = 256;

export function webTransportConnection(session: WebTransportLike): Connection {
  return new SessionConnection(session);
}

class SessionConnection implements Connection {
  readonly closed: Promise<CloseInfo>;
  readonly #session: WebTransportLike;
  readonly #datagrams: DatagramQueue;
  readonly #early: ByteStream[] = [];
  #earlyDatagrams: Uint8Array[] = [];
  #observer: ConnectionObserver | undefined;
  #closing: CloseInfo | undefined;
  #over: CloseInfo | undefined;
  #streams = 0;

  constructor(session: WebTransportLike) {
    this.#session = session;
    const writable = session.datagrams.createWritable?.() ?? session.datagrams.writable;
    if (!writable) throw new Error('this WebTransport has no datagrams');
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    this.#datagrams = new DatagramQueue((bytes) => writer.write(bytes));
    this.closed = this.#end();
    void this.#acceptStreams();
    void this.#receiveDatagrams();
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

  async openStream(trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream> {
    signal?.throwIfAborted();
    try {
      const stream = await this.#session.createBidirectionalStream({
        sendOrder: LOWEST_CLASS - trafficClass,
      });
      return this.#wrap(stream);
    } catch (cause) {
      throw this.#over ? new TransportClosed(this.#over) : cause;
    }
  }

  get carrier(): Carrier {
    return this.#session.carrier ?? 'quic';
  }

  sendDatagram(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome {
    if (this.#over) return 'closed';
    if (this.#session.sendDatagram) return this.#session.sendDatagram(bytes, trafficClass, key);
    if (bytes.length > this.maxDatagramSize) return 'too_large';
    return this.#datagrams.push(bytes, trafficClass, key);
  }

  get maxDatagramSize(): number {
    return this.#session.datagrams.maxDatagramSize;
  }

  /** A browser tells nothing of its connection. */
  stats(): ConnectionStats {
    return NO_STATS;
  }

  async close(code: number, reason: string): Promise<void> {
    if (!this.#over) {
      this.#closing ??= { by: 'local', code, reason };
      try {
        this.#session.close({ closeCode: code, reason });
      } catch {
        // Closed already: `closed` has the reason.
      }
    }
    await this.closed;
  }

  async #end(): Promise<CloseInfo> {
    const info = await this.#session.closed.then(
      ({ closeCode = 0, reason = '' }) => this.#closing ?? ({ by: 'peer', code: closeCode, reason } as const),
      (error: unknown) => this.#closing ?? ({ by: 'transport', code: 0, reason: String(error) } as const),
    );
    this.#over = info;
    this.#observer?.closed(info);
    return info;
  }

  async #acceptStreams(): Promise<void> {
    const reader = this.#session.incomingBidirectionalStreams.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const stream = this.#wrap(value);
        if (this.#observer) this.#observer.stream(stream);
        else if (this.#early.length < EARLY_STREAMS) this.#early.push(stream);
        else stream.reset(0);
      }
    } catch {
      // The session ended; `closed` says how.
    }
  }

  async #receiveDatagrams(): Promise<void> {
    const reader = this.#session.datagrams.readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#datagramArrived(value);
      }
    } catch {
      // The session ended; `closed` says how.
    }
  }

  #datagramArrived(bytes: Uint8Array): void {
    if (this.#observer && this.#earlyDatagrams.length === 0) return this.#observer.datagrams([bytes]);
    this.#earlyDatagrams.push(bytes);
    if (this.#earlyDatagrams.length > EARLY_DATAGRAMS) this.#earlyDatagrams.shift();
  }

  #wrap(stream: BidirectionalStream): ByteStream {
    this.#streams += 1;
    return new SessionStream(stream, this.#streams, this.#session.maxWrite ?? Number.POSITIVE_INFINITY);
  }
}

/** The application's code in whatever error the stream failed with. */
function codeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  if ('streamErrorCode' in error && typeof error.streamErrorCode === 'number') return error.streamErrorCode;
  // The Node library has the code in the text only.
  const inText = 'message' in error && /with code:(\d+)/.exec(String(error.message));
  return inText ? Number(inText[1]) : 0;
}

class SessionStream implements ByteStream {
  readonly id: number;
  readonly bidirectional = true;
  readonly #writable: BidirectionalStream['writable'];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #maxWrite: number;
  #observer: StreamObserver | undefined;
  #chunk: Uint8Array | undefined;
  #pulling = false;
  #ended = false;
  #resetCode: number | undefined;
  #pending = 0;
  #waiting = false;
  #writeOver = false;
  #stoppedCode: number | undefined;
  #sendingDone = false;
  #closedTold = false;

  constructor({ readable, writable }: BidirectionalStream, id: number, maxWrite: number) {
    this.id = id;
    this.#maxWrite = maxWrite;
    this.#writable = writable;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#writer.closed.then(
      () => this.#sendingOver(undefined),
      (error: unknown) => this.#sendingOver(codeOf(error)),
    );
    this.#pull();
  }

  observe(observer: StreamObserver): void {
    this.#observer = observer;
    queueMicrotask(() => {
      if (this.#resetCode !== undefined) observer.reset(this.#resetCode);
      else if (this.#chunk || this.#ended) observer.readable();
      if (this.#stoppedCode !== undefined) observer.stopped(this.#stoppedCode);
      this.#tellClosed();
    });
  }

  get readableEnded(): boolean {
    return this.#ended && this.#chunk === undefined;
  }

  get pending(): number {
    return this.#pending;
  }

  read(): Uint8Array | undefined {
    const chunk = this.#chunk;
    if (!chunk) return undefined;
    this.#chunk = undefined;
    this.#pull();
    return chunk;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#writeOver || bytes.length === 0) return !this.#writeOver;
    this.#pending += bytes.length;
    for (let at = 0; at < bytes.length; at += this.#maxWrite) {
      const piece = bytes.length <= this.#maxWrite ? bytes : bytes.subarray(at, at + this.#maxWrite);
      this.#writer.write(piece).then(
        () => this.#written(piece.length),
        () => {},
      );
    }
    if (this.#pending <= HIGH_WATER) return true;
    this.#waiting = true;
    return false;
  }

  end(): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    this.#writer.close().catch(() => {});
  }

  reset(code: number): void {
    if (this.#sendingDone) return;
    this.#writeOver = true;
    this.#writer.abort(streamError(code)).catch(() => {});
  }

  stop(code: number): void {
    if (this.#ended && !this.#chunk) return;
    this.#ended = true;
    this.#chunk = undefined;
    this.#reader.cancel(streamError(code)).catch(() => {});
    queueMicrotask(() => this.#tellClosed());
  }

  setClass(trafficClass: TrafficClass): void {
    if ('sendOrder' in this.#writable) this.#writable.sendOrder = LOWEST_CLASS - trafficClass;
  }

  #pull(): void {
    if (this.#pulling || this.#ended) return;
    this.#pulling = true;
    this.#reader.read().then(
      ({ done, value }) => {
        this.#pulling = false;
        if (this.#ended) return;
        if (done) this.#ended = true;
        else this.#chunk = value;
        this.#observer?.readable();
        this.#tellClosed();
      },
      (error: unknown) => {
        this.#pulling = false;
        if (this.#ended) return;
        this.#ended = true;
        this.#resetCode = codeOf(error);
        this.#observer?.reset(this.#resetCode);
        this.#tellClosed();
      },
    );
  }

  #written(length: number): void {
    this.#pending -= length;
    if (!this.#waiting || this.#pending > HIGH_WATER / 2) return;
    this.#waiting = false;
    this.#observer?.writable();
  }

  #sendingOver(stoppedCode: number | undefined): void {
    this.#sendingDone = true;
    this.#pending = 0;
    if (stoppedCode !== undefined && !this.#writeOver) {
      this.#writeOver = true;
      this.#stoppedCode = stoppedCode;
      this.#observer?.stopped(stoppedCode);
    }
    this.#tellClosed();
  }

  #tellClosed(): void {
    if (this.#closedTold || !this.#observer || !this.#sendingDone || !this.readableEnded) return;
    this.#closedTold = true;
    this.#observer.closed();
  }
}

/** Browsers want a WebTransportError with the code in it; the Node library reads `code`. */
function streamError(code: number): unknown {
  if (typeof WebTransportError === 'undefined') return { code };
  try {
    return new WebTransportError('reset', { source: 'stream', streamErrorCode: code });
  } catch {
    // Chromium's constructor is that of an earlier draft: one dictionary.
    return Reflect.construct(WebTransportError, [{ message: 'reset', streamErrorCode: code }]);
  }
}
