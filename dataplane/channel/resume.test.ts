import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenNumbers, SendWindow } from './resume.ts';

const record = (length: number) => new Uint8Array(length);

test('keeps what was not acknowledged, and nothing else, whatever comes in which order', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ acknowledge: fc.integer({ min: 0, max: 3000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
      const window = new SendWindow();
      const all: Uint8Array[] = [];
      let acknowledged = 0;
      for (const now of steps) {
        if ('push' in now) {
          const pushed = record(now.push);
          all.push(pushed);
          window.push(pushed);
        } else {
          const isSent = now.acknowledge <= all.length;
          expect(window.acknowledge(now.acknowledge)).toBe(isSent);
          if (isSent) acknowledged = Math.max(acknowledged, now.acknowledge);
        }
      }
      const kept = all.slice(acknowledged);
      expect(window.next).toBe(all.length);
      expect(window.acknowledged).toBe(acknowledged);
      expect(window.waiting()).toEqual(kept);
      expect(window.bytes).toBe(kept.reduce((sum, { length }) => sum + length, 0));
    }),
  );
});

test('each number is good once, in any order within the span; what is older counts as seen', () => {
  const seen = new SeenNumbers();
  for (const number of [5, 2, 9, 1]) {
    expect(seen.has(number)).toBe(false);
    seen.add(number);
    expect(seen.has(number)).toBe(true);
  }
  seen.add(SeenNumbers.SPAN + 3);
  expect([1, 2, 3, 4, 5].map((number) => seen.has(number))).toEqual([true, true, true, false, true]);
});
