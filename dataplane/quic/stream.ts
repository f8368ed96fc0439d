/** One QUIC stream (RFC 9000 section 2) as a `ByteStream`. The bytes wait in the addon; this is the bookkeeping. */
import type { TrafficClass } from '../../schema/channel.ts';
import type { ByteStream, StreamObserver } from '../transport/transport.ts';
import { EVENT, type NativeEndpoint, native } from './native.ts';

/** Bytes that may wait unsent before `write` says false; the addon says `writable` at half of it. */
const HIGH_WATER = 1 << 20;

/** RFC 9000 section 2.1: the two low bits of an id say who opened the stream and whether it goes both ways. */
const UNIDIRECTIONAL = 2;

export class QuicStream implements ByteStream {
  readonly id: number;
  readonly bidirectional: boolean;
  readonly #endpoint: NativeEndpoint;
  readonly #connection: number;
  #observer: StreamObserver | undefined;
  /** Told before the observer came. */
  #early: [type: number, value: number][] = [];
  /** Bytes wait in the addon. */
  #unread = false;
  #finished: boolean;
  #writeOver: boolean;
  /** Both halves are over below; `closed()` comes when what waits was read. */
  #closing = false;
  #closed = false;

  constructor(endpoint: NativeEndpoint, connection: number, id: number, ours: boolean) {
    this.#endpoint = endpoint;
    this.#connection = connection;
    this.id = id;
    this.bidirectional = (id & UNIDIRECTIONAL) === 0;
    this.#finished = !this.bidirectional && ours;
    this.#writeOver = !this.bidirectional && !ours;
  }

  get readableEnded(): boolean {
    return this.#finished && !this.#unread;
  }

  get pending(): number {
    return this.#closed ? 0 : native.unsent(this.#endpoint, this.#connection, this.id);
  }

  observe(observer: StreamObserver): void {
    if (this.#observer) throw new Error('a stream has one observer');
    this.#observer = observer;
    if (this.#early.length === 0) return;
    queueMicrotask(() => {
      const early = this.#early;
      this.#early = [];
      for (const [type, value] of early) this.#tell(observer, type, value);
    });
  }

  read(): Uint8Array | undefined {
    if (!this.#unread) return undefined;
    this.#unread = false;
    const bytes = native.read(this.#endpoint, this.#connection, this.id);
    if (this.#closing) queueMicrotask(() => this.#finishClosing());
    return bytes;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#writeOver) return false;
    const unsent = native.write(this.#endpoint, this.#connection, this.id, bytes);
    if (unsent < 0) this.#writeOver = true;
    return unsent >= 0 && unsent <= HIGH_WATER;
  }

  end(): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    native.finish(this.#endpoint, this.#connection, this.id);
  }

  reset(code: number): void {
    this.#writeOver = true;
    if (!this.#closing) native.reset(this.#endpoint, this.#connection, this.id, code);
  }

  stop(code: number): void {
    this.#unread = false;
    this.#finished = true;
    native.stop(this.#endpoint, this.#connection, this.id, code);
    if (this.#closing) queueMicrotask(() => this.#finishClosing());
  }

  setClass(trafficClass: TrafficClass): void {
    native.setClass(this.#endpoint, this.#connection, this.id, trafficClass);
  }

  /** For the connection: an event of the addon. */
  handle(type: number, value: number): void {
    switch (type) {
      case EVENT.readable:
        this.#unread = true;
        break;
      case EVENT.finished:
        this.#finished = true;
        break;
      case EVENT.reset:
        this.#unread = false;
        this.#finished = true;
        break;
      case EVENT.stopped:
        this.#writeOver = true;
        break;
      case EVENT.streamClosed:
        this.#closing = true;
        this.#writeOver = true;
        if (this.#unread) return;
        break;
    }
    if (this.#observer && this.#early.length === 0) this.#tell(this.#observer, type, value);
    else this.#early.push([type, value]);
  }

  /** For the connection, which is over: what was not read is gone. */
  abandon(): void {
    if (this.#closed) return;
    const cutOff = !this.#finished || this.#unread;
    this.#unread = false;
    if (cutOff && !this.#closing) this.handle(EVENT.reset, 0);
    this.#finished = true;
    this.handle(EVENT.streamClosed, 0);
  }

  #tell(observer: StreamObserver, type: number, value: number): void {
    if (this.#closed) return;
    switch (type) {
      case EVENT.readable:
        if (this.#unread) observer.readable();
        return;
      case EVENT.finished:
        observer.readable();
        return;
      case EVENT.reset:
        observer.reset(value);
        return;
      case EVENT.stopped:
        observer.stopped(value);
        return;
      case EVENT.writable:
        observer.writable();
        return;
      case EVENT.streamClosed:
        this.#finishClosing();
        return;
    }
  }

  #finishClosing(): void {
    if (this.#closed || this.#unread || !this.#observer) return;
    this.#closed = true;
    this.#observer.closed();
  }
}
