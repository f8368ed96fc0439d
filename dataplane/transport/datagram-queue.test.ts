/** What waits for a slow writer is bounded, urgent first, newest per key. */
import { expect, test } from 'vitest';
import { DatagramQueue } from './datagram-queue.ts';

/** A writer that takes nothing until told to. */
function slowWriter() {
  const taken: number[] = [];
  const held: (() => void)[] = [];
  const queue = new DatagramQueue((bytes) => {
    taken.push(bytes[0] ?? -1);
    return new Promise((resolve) => held.push(resolve));
  });
  /** All that waits, one after the other. */
  const drain = async () => {
    while (held.length > 0) {
      held.shift()?.();
      await Promise.resolve();
      await Promise.resolve();
    }
    return taken;
  };
  return { queue, taken, drain };
}

/** Sixteen are handed on at once; only what comes after them waits. */
function filled() {
  const writer = slowWriter();
  for (let n = 0; n < 16; n += 1) writer.queue.push(Uint8Array.of(255), 0);
  writer.taken.length = 0;
  return writer;
}

test('the most urgent goes first, and of one class the oldest', async () => {
  const { queue, drain } = filled();
  queue.push(Uint8Array.of(1), 5);
  queue.push(Uint8Array.of(2), 0);
  queue.push(Uint8Array.of(3), 5);
  queue.push(Uint8Array.of(4), 0);
  expect(await drain()).toEqual([2, 4, 1, 3]);
});

test('a newer one takes the place of one with the same class and key', async () => {
  const { queue, drain } = filled();
  queue.push(Uint8Array.of(1), 2, 7);
  queue.push(Uint8Array.of(2), 2, 8);
  expect(queue.push(Uint8Array.of(3), 2, 7)).toBe('queued');
  queue.push(Uint8Array.of(4), 3, 7);
  expect(await drain()).toEqual([3, 2, 4]);
});

test('a full queue lets the oldest of the least urgent class go, and says so', async () => {
  const { queue, drain } = filled();
  queue.push(Uint8Array.of(1), 6);
  queue.push(Uint8Array.of(2), 6);
  for (let n = 0; n < 254; n += 1) expect(queue.push(Uint8Array.of(9), 3)).toBe('queued');
  expect(queue.push(Uint8Array.of(9), 3)).toBe('dropped');
  expect(queue.push(Uint8Array.of(9), 3)).toBe('dropped');
  expect(queue.push(Uint8Array.of(8), 7)).toBe('dropped');
  const sent = await drain();
  expect(sent).toHaveLength(256);
  expect(new Set(sent)).toEqual(new Set([9]));
});
