/** All that was written to a stream is out, whether or not it was ended: a process may end. */
import type { Writable } from 'node:stream';

export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const out = () => resolve();
    // A write after the end would be an error, and what still waits would be lost with it.
    if (!stream.writableEnded) stream.write('', out);
    else if (stream.writableFinished || stream.destroyed) out();
    else stream.once('finish', out).once('close', out);
  });
}
