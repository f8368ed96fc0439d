import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mulberry32 } from '../random.ts';
import type { Impairment } from './impairment.ts';
import { Shaper } from './shaper.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const SIZE = 1000;

interface Arrival {
  readonly number: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Sends so many packets of 1000 bytes, one every `everyMs`, and waits for the last. */
async function pass(impairment: Impairment, packets: number, everyMs: number, seed = 7) {
  const arrived: Arrival[] = [];
  const shaper = new Shaper<number>(impairment, mulberry32(seed), ({ bytes, to }) => {
    arrived.push({ number: to, at: performance.now(), bytes });
  });
  const start = performance.now();
  for (let number = 0; number < packets; number++) {
    shaper.enter(new Uint8Array(SIZE), number);
    if (everyMs > 0) await vi.advanceTimersByTimeAsync(everyMs);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  const { counters } = shaper;
  expect(counters.waiting).toBe(0);
  expect(counters.passed).toBe(arrived.length);
  expect(counters.entered + counters.duplicated).toBe(
    counters.passed + counters.lost + counters.overflowed + counters.cut,
  );
  return { arrived, counters, start, numbers: arrived.map(({ number }) => number) };
}

const ascending = (numbers: number[]) => numbers.every((number, at) => number >= (numbers[at - 1] ?? 0));

test('a line without impairments passes everything at once', async () => {
  const { arrived, start } = await pass({}, 10, 0);
  expect(arrived.map(({ number, at }) => [number, at - start])).toEqual(
    Array.from({ length: 10 }, (_, number) => [number, 0]),
  );
});

test('every packet is under way as long as the delay says', async () => {
  const { arrived, start } = await pass({ delayMs: 50 }, 20, 3);
  expect(arrived).toHaveLength(20);
  for (const { number, at } of arrived) expect(at - start - number * 3).toBe(50);
});

test('jitter changes the delay and keeps the order', async () => {
  const { arrived, numbers, start } = await pass({ delayMs: 20, jitterMs: 30 }, 500, 2);
  const delays = arrived.map(({ number, at }) => at - start - number * 2);
  expect(numbers).toHaveLength(500);
  expect(ascending(numbers)).toBe(true);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...delays)).toBeLessThanOrEqual(52);
  expect(new Set(delays).size).toBeGreaterThan(5);
});

test('the share that is lost is the one asked for, and the same for the same seed', async () => {
  const { counters, numbers } = await pass({ loss: 0.2 }, 10_000, 0);
  expect(counters.lost / 10_000).toBeCloseTo(0.2, 1);
  expect((await pass({ loss: 0.2 }, 10_000, 0)).numbers).toEqual(numbers);
  expect((await pass({ loss: 0.2 }, 10_000, 0, 8)).numbers).not.toEqual(numbers);
});

test('losses of a burst come together', async () => {
  const { numbers, counters } = await pass({ burst: { enter: 0.01, leave: 0.1 } }, 20_000, 0);
  const gaps = numbers.map((number, at) => number - (numbers[at - 1] ?? -1) - 1).filter((gap) => gap > 0);
  expect(counters.lost / 20_000).toBeCloseTo(0.01 / 0.11, 1);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  expect(mean).toBeGreaterThan(7);
  expect(mean).toBeLessThan(13);
});

test('only what is held back is overtaken', async () => {
  const { numbers, counters } = await pass({ reorder: 0.1, delayMs: 5 }, 2000, 1);
  expect(numbers).toHaveLength(2000);
  expect(counters.reordered / 2000).toBeCloseTo(0.1, 1);
  const late = numbers.filter((number, at) => numbers.slice(0, at).some((earlier) => earlier > number));
  expect(late.length).toBeGreaterThan(0);
  expect(late.length).toBeLessThanOrEqual(counters.reordered);
});

test('a share arrives twice, in order', async () => {
  const { numbers, counters } = await pass({ duplicate: 0.05 }, 2000, 0);
  expect(counters.duplicated / 2000).toBeCloseTo(0.05, 1);
  expect(numbers).toHaveLength(2000 + counters.duplicated);
  expect(ascending(numbers)).toBe(true);
});

test('corruption flips one bit, of a copy', async () => {
  const { arrived, counters } = await pass({ corrupt: 0.1 }, 2000, 0);
  const flipped = arrived.map(({ bytes }) =>
    bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0),
  );
  expect(counters.corrupted / 2000).toBeCloseTo(0.1, 1);
  expect(flipped.filter((bits) => bits === 1)).toHaveLength(counters.corrupted);
  expect(flipped.filter((bits) => bits === 0)).toHaveLength(2000 - counters.corrupted);
});

test('the rate limit spaces packets, and drops what its queue does not hold', async () => {
  // 1000 bytes at 800 kbit/s are 10 ms.
  const { arrived, counters, start } = await pass({ rate: 800_000, queueBytes: 5000 }, 8, 0);
  expect(arrived.map(({ number, at }) => [number, at - start])).toEqual([
    [0, 10],
    [1, 20],
    [2, 30],
    [3, 40],
    [4, 50],
  ]);
  expect(counters.overflowed).toBe(3);
  const slower = await pass({ rate: 800_000, queueBytes: 5000 }, 100, 10);
  expect(slower.counters.overflowed).toBe(0);
});

test('what may be under way is bounded', async () => {
  const { counters } = await pass({ delayMs: 1000 }, 20_000, 0);
  expect(counters.overflowed).toBe(20_000 - 16_384);
});

test('a change takes effect with the next packet, which does not overtake', async () => {
  const numbers: number[] = [];
  const shaper = new Shaper<number>({ delayMs: 100 }, mulberry32(1), ({ to }) => void numbers.push(to));
  shaper.enter(new Uint8Array(1), 0);
  shaper.impairment = {};
  shaper.enter(new Uint8Array(1), 1);
  expect(numbers).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(numbers).toEqual([0, 1]);
  shaper.impairment = { loss: 1 };
  shaper.enter(new Uint8Array(1), 2);
  expect(shaper.counters.lost).toBe(1);
});
