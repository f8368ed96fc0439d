/**
 * A flow as a relay holds it. There is no way to its bytes: it can be spliced to another, moved to a class, or ended. That relays never parse
 * payloads is thus not a habit but a type.
 */
import type { TrafficClass } from '../../schema/channel.ts';
import { refuseStream } from './refuse.ts';
import { splice } from './splice.ts';
import type { ByteStream } from './transport.ts';

export class OpaqueStream {
  readonly #stream: ByteStream;
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Joins the two until both are over. */
  static splice(a: OpaqueStream, b: OpaqueStream, done: () => void): void {
    splice(a.#stream, b.#stream, done);
  }

  setClass(trafficClass: TrafficClass): void {
    this.#stream.setClass(trafficClass);
  }

  /** Ends both halves with one code. */
  refuse(code: number): void {
    refuseStream(this.#stream, code);
  }
}
