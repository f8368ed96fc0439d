/**
 * Joins two streams into one: bytes, ends, resets and stops pass both ways, and who can't take more holds the other back. Nothing is kept
 * here but what one read gave, so memory is bounded by the streams' own windows.
 */
import type { ByteStream, StreamObserver } from './transport.ts';

export function splice(a: ByteStream, b: ByteStream, done: () => void): void {
  let open = 2;
  const closed = () => {
    open -= 1;
    if (open === 0) done();
  };
  a.observe(half(a, b, closed));
  b.observe(half(b, a, closed));
}

/** Observes `from`: its bytes go to `to`, and `to`'s come out of it. */
function half(from: ByteStream, to: ByteStream, closed: () => void): StreamObserver {
  const pump = (source: ByteStream, sink: ByteStream) => {
    for (let chunk = source.read(); chunk; chunk = source.read()) if (!sink.write(chunk)) return;
    if (source.readableEnded) sink.end();
  };
  return {
    readable: () => pump(from, to),
    // Room in `from` again: what waits in `to` can come.
    writable: () => pump(to, from),
    reset: (code) => to.reset(code),
    stopped: (code) => to.stop(code),
    closed,
  };
}
