import { expect, test } from 'vitest';
import { readAtMost } from './read-at-most.ts';

test.each([
  [['abc', 'de'], 5, 'abcde', true],
  [['abc', 'de'], 4, 'abcd', false],
  [['abc', 'de', 'f'], 3, 'abc', false],
  [[], 3, '', true],
])('%j within %i', async (parts, most, text, whole) => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const read = await readAtMost(stream, most);
  expect([new TextDecoder().decode(read.bytes), read.whole]).toEqual([text, whole]);
});

test('a stream without an end is let go', async () => {
  let given = 0;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(++given)),
    cancel: () => {
      cancelled = true;
    },
  });
  expect((await readAtMost(stream, 10)).whole).toBe(false);
  expect(cancelled).toBe(true);
});
