/** Rates are kept whatever asks, and what is urgent never waits for what is not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Limit, TokenBucket } from './bucket.ts';

const RATE = 100_000;

test('whoever asks before each piece keeps to the rate, and is not held below it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 50, maxLength: 200 }),
      (pieces) => {
        const bucket = new TokenBucket(RATE, 0);
        let now = 0;
        let sent = 0;
        for (const piece of pieces) {
          for (let wait = bucket.wait(now); wait > 0; wait = bucket.wait(now)) now += wait;
          bucket.take(piece, now);
          sent += piece;
          // A tenth of a second's worth may go at once, and one piece be beyond.
          expect(sent - piece).toBeLessThanOrEqual((now / 1000) * RATE + RATE / 10);
        }
        expect(now).toBeLessThanOrEqual((sent / RATE) * 1000 + pieces.length);
      },
    ),
  );
});

test('a pause does not save up more than a tenth of a second', () => {
  const bucket = new TokenBucket(RATE, 0);
  bucket.take(5_000, 1_000);
  expect(bucket.room(3_600_000)).toBe(RATE / 10);
});

test('a clock that goes back gives nothing', () => {
  const bucket = new TokenBucket(RATE, 1_000);
  bucket.take(RATE, 1_000);
  const wait = bucket.wait(1_000);
  bucket.wait(0);
  expect(bucket.wait(1_000)).toBeGreaterThanOrEqual(wait);
});

test('a new rate holds from then on', () => {
  const bucket = new TokenBucket(RATE, 0);
  bucket.setRate(1_000, 0);
  bucket.take(1_100, 0);
  expect(bucket.wait(0)).toBeGreaterThan(1_000);
});

test('what is urgent does not wait for a copy; the copy makes up for it, and both together keep to the rate', () => {
  const limit = new Limit(RATE, 0);
  let [copied, typed, slowest] = [0, 0, 0];
  for (let now = 0; now < 10_000; now += 1) {
    if (limit.wait(false, now) === 0) {
      limit.take(32_000, false, now);
      copied += 32_000;
    }
    if (now % 10 > 0) continue;
    slowest = Math.max(slowest, limit.wait(true, now));
    limit.take(300, true, now);
    typed += 300;
  }
  expect(slowest).toBe(0);
  expect(copied + typed).toBeLessThan(RATE * 10 + 60_000);
  expect(copied + typed).toBeGreaterThan(RATE * 9.5);
});

test('what is urgent keeps to the rate as well', () => {
  const limit = new Limit(RATE, 0);
  limit.take(RATE, true, 0);
  expect(limit.wait(true, 0)).toBeGreaterThan(800);
});
