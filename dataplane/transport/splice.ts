/**
 * Joins two streams into one: bytes, ends, resets, stops and the datagrams that belong to them pass both ways, and who can't take more holds the other back. Nothing is kept
 * here but what one read gave, so memory is bounded by the streams' own windows.
 */
import { joinDatagrams } from './datagram-labels.ts';
import type { ByteStream, StreamObserver } from './transport.ts';

export function splice(a: ByteStream, b: ByteStream, done: () => void): void {
  let open = 2;
  const closed = () => {
    open -= 1;
    if (open > 0) return;
    a.datagrams?.close();
    b.datagrams?.close();
    done();
  };
  if (a.datagrams && b.datagrams) joinDatagrams(a.datagrams, b.datagrams);
  const [there, back] = [new Pump(a, b), new Pump(b, a)];
  a.observe(observer(there, back, b, closed));
  b.observe(observer(back, there, a, closed));
}

/** Observes one of the two: `out` carries what comes from it, `into` what goes to it; `other` is the one across. */
function observer(out: Pump, into: Pump, other: ByteStream, closed: () => void): StreamObserver {
  return {
    readable: () => out.run(),
    writable: () => into.drained(),
    reset: (code) => other.reset(code),
    stopped: (code) => other.stop(code),
    closed,
  };
}

/** One direction. While the sink is full nothing is read, however much arrives. */
class Pump {
  readonly #source: ByteStream;
  readonly #sink: ByteStream;
  #full = false;
  constructor(source: ByteStream, sink: ByteStream) {
    this.#source = source;
    this.#sink = sink;
  }
  run(): void {
    while (!this.#full) {
      const chunk = this.#source.read();
      if (!chunk) break;
      this.#full = !this.#sink.write(chunk);
    }
    if (this.#source.readableEnded) this.#sink.end();
  }
  drained(): void {
    this.#full = false;
    this.run();
  }
}
