import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSse, type SseMessage } from './sse.ts';

async function read(chunks: Uint8Array[]): Promise<SseMessage[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return Array.fromAsync(readSse(body));
}

const text =
  ': hello\n\nid: 7\nevent: session.open\ndata: {"a":\ndata: "ü"}\n\ndata:x\r\n\r\nevent: lost\n\nid\ndata\n\ndata: cut off';
const messages = [
  { event: 'comment', data: '', id: undefined },
  { event: 'session.open', data: '{"a":\n"ü"}', id: '7' },
  { event: 'message', data: 'x', id: undefined },
  { event: 'message', data: '', id: '' },
];

test('reads messages however the octets were cut into pieces', async () => {
  const octets = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(octets.length), { maxLength: 12 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), octets.length];
      const chunks = at.slice(1).map((end, n) => octets.slice(at[n], end));
      expect(await read(chunks)).toEqual(messages);
    }),
  );
});

test('a line without an end does not fill the memory', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(1 << 19));
  await expect(read([chunk, chunk, chunk])).rejects.toThrow('too long');
});
