/** A flow's stream on one link: counts what passes, can be moved away from a link that fails, and is the label of the flow's datagrams. */

import type { TrafficClass } from '../../schema/channel.ts';
import type { NodeId, SessionId } from '../../schema/ids.ts';
import type { ByteStream, StreamDatagrams, StreamObserver } from '../transport/transport.ts';

export interface FlowInfo {
  readonly to: NodeId;
  readonly class: TrafficClass;
  /** This node opened it on the link; otherwise the neighbour did. */
  readonly isOurs: boolean;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Whose it is, where that is known: at the entry. Never sent. */
  readonly session?: SessionId;
}

export class FlowStream implements ByteStream {
  readonly info: FlowInfo;
  sent = 0;
  received = 0;
  readonly #stream: ByteStream;
  readonly #over: () => void;
  #observer: StreamObserver | undefined;
  #isOver = false;

  constructor(stream: ByteStream, info: FlowInfo, over: () => void) {
    this.#stream = stream;
    this.info = info;
    this.#over = over;
  }

  get datagrams(): StreamDatagrams | undefined {
    return this.#stream.datagrams;
  }
  set datagrams(datagrams: StreamDatagrams | undefined) {
    this.#stream.datagrams = datagrams;
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
    this.#stream.observe({
      readable: () => {
        if (!this.#isOver) observer.readable();
      },
      writable: () => {
        if (!this.#isOver) observer.writable();
      },
      reset: (code) => {
        if (!this.#isOver) observer.reset(code);
      },
      stopped: (code) => {
        if (!this.#isOver) observer.stopped(code);
      },
      closed: () => this.#end(),
    });
  }

  read(): Uint8Array | undefined {
    const chunk = this.#isOver ? undefined : this.#stream.read();
    if (chunk) this.received += chunk.length;
    return chunk;
  }

  write(bytes: Uint8Array): boolean {
    this.sent += bytes.length;
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

  /** Ends it here and now, as if the neighbour had: who is behind it looks for another way. */
  breakOff(code: number): void {
    const observer = this.#observer;
    if (this.#isOver || !observer) return;
    this.#stream.reset(code);
    this.#stream.stop(code);
    observer.reset(code);
    observer.stopped(code);
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#over();
    this.#observer?.closed();
  }
}
