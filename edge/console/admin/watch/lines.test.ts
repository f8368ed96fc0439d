import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

function streamOf(pieces: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

test('lines come whole, wherever the octets were cut, and the last needs no end', async () => {
  const octets = new TextEncoder().encode('grüße\n\n{"a":1}\nlast');
  for (const size of [1, 3, 7, 100]) {
    const pieces = Array.from({ length: Math.ceil(octets.length / size) }, (_, at) =>
      octets.slice(at * size, (at + 1) * size),
    );
    const lines = await Array.fromAsync(linesOf(streamOf(pieces)));
    expect(lines, `${size}`).toEqual(['grüße', '', '{"a":1}', 'last']);
  }
});
