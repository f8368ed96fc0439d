/** A channel's bytes, with somebody told whenever its client sent some. */
import type { TrafficClass } from '../../schema/channel.ts';
import type { ByteStream, StreamDatagrams, StreamObserver } from '../transport/transport.ts';

export class WatchedStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #heard: () => void;

  constructor(stream: ByteStream, heard: () => void) {
    this.#stream = stream;
    this.#heard = heard;
  }

  get datagrams(): StreamDatagrams | undefined {
    return this.#stream.datagrams;
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
    this.#stream.observe(observer);
  }
  read(): Uint8Array | undefined {
    const chunk = this.#stream.read();
    if (chunk) this.#heard();
    return chunk;
  }
  write(bytes: Uint8Array): boolean {
    return this.#stream.write(bytes);
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
  setClass(trafficClass: TrafficClass): void {
    this.#stream.setClass(trafficClass);
  }
}
