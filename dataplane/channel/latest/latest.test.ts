/**
 * Both ends of a state over a line that loses, doubles, holds back and reorders. The promise: two round trips after the last change and the last loss
 * the other end has all as it is now (and, where for long nothing at all had come through, a second later).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePacket, encodePacket, MAX_RANGE_BYTES, type Range } from '../../../schema/wire/latest.ts';
import { LatestReceiver } from './receiver.ts';
import { LatestSender, MAX_CONTENT, MAX_ITEMS } from './sender.ts';

/** What becomes of one packet: lost, or there once or twice after a part of the longest delay. */
interface Fate {
  readonly lost: boolean;
  readonly doubled: boolean;
  readonly delay: number;
}
interface Change {
  readonly at: number;
  readonly key: number;
  readonly length: number;
}
interface Line {
  readonly oneWay: number;
  readonly room: number;
  readonly fates: readonly Fate[];
  readonly changes: readonly Change[];
}

const HONEST: Fate = { lost: false, doubled: false, delay: 1 };
const contentOf = (length: number, seed: number) => new Uint8Array(length).map((_, at) => at * 31 + seed);

/** A line, its two ends, and a clock that jumps from event to event. */
class Simulation {
  now = 0;
  readonly sender: LatestSender;
  readonly receiver = new LatestReceiver();
  readonly truth = new Map<number, Uint8Array>();
  readonly shown = new Map<number, Uint8Array>();
  /** When something was last changed or lost. */
  troubleAt = 0;
  longestSilence = 0;
  sent = 0;
  #events: { at: number; deed: () => void }[] = [];
  readonly #fates: Fate[];
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
    this.#fates = [...line.fates];
    this.sender = new LatestSender(2 * line.oneWay);
    for (const [seed, { at, key, length }] of line.changes.entries())
      this.#events.push({ at, deed: () => this.#change(key, contentOf(length, seed)) });
  }

  runUntil(end: number): void {
    for (;;) {
      this.#events.sort((a, b) => a.at - b.at);
      const [event] = this.#events;
      const wakeAt = this.sender.wakeAt ?? Number.POSITIVE_INFINITY;
      const at = Math.min(event?.at ?? Number.POSITIVE_INFINITY, wakeAt);
      if (at > end) break;
      this.now = at;
      if (event?.at === at) {
        this.#events.shift();
        event.deed();
      } else this.sender.tick(at);
      this.longestSilence = Math.max(this.longestSilence, this.sender.silence);
      this.#pump();
    }
    this.now = end;
  }

  /** When both ends are to be equal, if nothing changes or is lost any more. */
  get promisedAt(): number {
    return this.troubleAt + 4 * this.#line.oneWay + (this.longestSilence > 6 ? 1_000 : 0);
  }

  get isQuiet(): boolean {
    return this.#events.length === 0 && this.sender.wakeAt === undefined;
  }

  #change(key: number, content: Uint8Array): void {
    this.troubleAt = this.now;
    this.truth.set(key, content);
    this.sender.set(key, content);
  }

  #pump(): void {
    const { room } = this.#line;
    for (let next = this.sender.next(this.now, room); next; next = this.sender.next(this.now, room)) {
      const packet = encodePacket({ arrived: { ranges: [], last: undefined }, ...next });
      this.#carry(packet, (bytes) => this.#receive(bytes));
    }
  }

  #receive(bytes: Uint8Array): void {
    const { number = -1, pieces } = decodePacket(bytes);
    for (const { key, bytes: content } of this.receiver.received(number, pieces))
      this.shown.set(key, content);
    const told = encodePacket({ arrived: this.receiver.acknowledge(), number: undefined, pieces: [] });
    this.#carry(told, (back) => this.sender.arrived(decodePacket(back).arrived, this.now));
  }

  #carry(packet: Uint8Array, arrive: (packet: Uint8Array) => void): void {
    this.sent += 1;
    const { lost, doubled, delay } = this.#fates.shift() ?? HONEST;
    if (lost) {
      this.troubleAt = this.now;
      return;
    }
    const at = this.now + this.#line.oneWay * delay;
    this.#events.push({ at, deed: () => arrive(packet) });
    if (doubled) this.#events.push({ at: this.now + this.#line.oneWay, deed: () => arrive(packet) });
  }
}

const fate = fc.record({
  lost: fc.boolean(),
  doubled: fc.boolean(),
  delay: fc.double({ min: 0.2, max: 1, noNaN: true }),
});
const line = fc.record({
  oneWay: fc.integer({ min: 4, max: 150 }),
  room: fc.integer({ min: 200, max: 1000 }),
  fates: fc.array(fate, { maxLength: 150 }),
  // No more than the smallest window holds: what fills it several times over takes as many round trips.
  changes: fc.array(
    fc.record({ at: fc.nat(400), key: fc.nat(4), length: fc.oneof(fc.nat(60), fc.nat(500)) }),
    { minLength: 1, maxLength: 40 },
  ),
});

test('two round trips after the last change and the last loss both ends are equal, whatever was lost, doubled or reordered before', () => {
  fc.assert(
    fc.property(line, (given) => {
      const world = new Simulation(given);
      world.runUntil(400);
      while (world.now < world.promisedAt) world.runUntil(world.promisedAt);
      expect(world.shown).toEqual(world.truth);
    }),
    { numRuns: 500 },
  );
});

test('then the line is silent: what the other end has is not sent again', () => {
  fc.assert(
    fc.property(line, (given) => {
      const world = new Simulation(given);
      world.runUntil(60_000);
      expect(world.isQuiet && world.sender.isSettled).toBe(true);
      expect(world.shown).toEqual(world.truth);
      const { sent } = world;
      world.runUntil(90_000);
      expect(world.sent).toBe(sent);
    }),
    { numRuns: 300 },
  );
});

// Nine losses in a row of a change at 241 ms: its next packet, the last loss and a second later, arrives at 1,996 ms.
const longSilent: Line = {
  oneWay: 52,
  room: 200,
  fates: Array(9).fill({ lost: true, doubled: false, delay: 0.2 }),
  changes: [{ at: 241, key: 0, length: 0 }],
};

test('at no time does the other end go back to an older content', () => {
  fc.assert(
    fc.property(line, (given) => {
      const world = new Simulation({ ...given, changes: given.changes.map((one) => ({ ...one, key: 0 })) });
      const contents = given.changes
        .map(({ length, at }, seed) => ({ content: contentOf(length, seed), at }))
        .sort((a, b) => a.at - b.at)
        .map(({ content }) => Buffer.from(content).toString('hex'));
      let place = -1;
      // Up to the moment that is promised, not to a fixed one: losses may come late.
      for (let now = 0; now < Math.max(400, world.promisedAt) + 7; now += 7) {
        world.runUntil(now);
        const shown = world.shown.get(0);
        if (!shown) continue;
        const hex = Buffer.from(shown).toString('hex');
        const here = contents.indexOf(hex, Math.max(0, place));
        expect(here).toBeGreaterThanOrEqual(Math.max(0, place));
        place = here;
      }
      expect(world.shown).toEqual(world.truth);
    }),
    { numRuns: 100, examples: [[longSilent]] },
  );
});

test('a change in the middle of a long silence goes out as it is afterwards, not as it was', () => {
  const lost = { ...HONEST, lost: true };
  const world = new Simulation({
    oneWay: 20,
    room: 1000,
    fates: Array(12).fill(lost),
    changes: Array.from({ length: 30 }, (_, at) => ({ at: at * 10, key: 1, length: 100 })),
  });
  world.runUntil(2_000);
  expect(world.shown).toEqual(world.truth);
  // Thirty contents: what was replaced while nothing came through was not sent afterwards.
  expect(world.sent).toBeLessThan(80);
});

test('a megabyte comes whole through a line that loses every fifth packet', () => {
  const fates = Array.from({ length: 20_000 }, (_, at) => ({ ...HONEST, lost: at % 5 === 0 }));
  const changes = [{ at: 0, key: 3, length: MAX_CONTENT }];
  const world = new Simulation({ oneWay: 10, room: 1000, fates, changes });
  world.runUntil(60_000);
  expect(world.sender.isSettled).toBe(true);
  expect(Buffer.compare(world.shown.get(3) ?? Buffer.of(), world.truth.get(3) ?? Buffer.of())).toBe(0);
});

test('a way that became narrower, and one where nothing is lost', () => {
  const sender = new LatestSender(50);
  const receiver = new LatestReceiver();
  const content = contentOf(900, 1);
  sender.set(1, content);
  expect(sender.next(0, 1000)?.pieces.length).toBe(1);
  sender.restart(false);
  const shown: Uint8Array[] = [];
  for (let next = sender.next(0, 300); next; next = sender.next(0, 300)) {
    expect(encodePacket({ arrived: { ranges: [], last: undefined }, ...next }).length).toBeLessThanOrEqual(
      300 + MAX_RANGE_BYTES,
    );
    shown.push(...receiver.received(next.number, next.pieces).map(({ bytes }) => bytes));
  }
  expect(shown).toEqual([content]);
  sender.restart(true);
  expect(sender.next(0, 300)).toBeDefined();
  expect(sender.wakeAt).toBeUndefined();
});

test('more items than there may be, and one that is too large, are refused and change nothing', () => {
  const sender = new LatestSender(50);
  expect(sender.set(1, new Uint8Array(MAX_CONTENT + 1))).toBe(false);
  expect(sender.isSettled).toBe(true);
  for (let key = 0; key < MAX_ITEMS; key += 1) sender.set(key, new Uint8Array());
  expect(sender.set(MAX_ITEMS, new Uint8Array())).toBe(false);
  expect(sender.set(3, new Uint8Array(1))).toBe(true);
});

test('numbers that arrived are told in ranges, however they came', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 15 }), (numbers) => {
      const receiver = new LatestReceiver();
      for (const number of numbers) receiver.received(number, []);
      const told = receiver.acknowledge().ranges;
      const all = told.flatMap(({ from, to }: Range) =>
        Array.from({ length: to - from + 1 }, (_, at) => from + at),
      );
      expect(all.toSorted((a, b) => a - b)).toEqual(numbers.toSorted((a, b) => a - b));
      for (const [at, { from }] of told.entries()) expect(from - 1).toBeGreaterThan(told[at + 1]?.to ?? -2);
    }),
  );
});

test('one who sends beginnings only holds no more memory than was meant; what was begun can be ended', () => {
  const receiver = new LatestReceiver();
  const bytes = new Uint8Array(1000);
  const kept = Array.from({ length: 100 }, (_, key) => {
    receiver.received(key, [{ key, version: 1, index: 0, count: 1000, bytes }]);
    return receiver.acknowledge().ranges.some(({ from, to }) => from <= key && key <= to);
  });
  expect(kept.filter(Boolean).length).toBe(8);
  for (let index = 1; index < 999; index += 1)
    receiver.received(1000 + index, [{ key: 0, version: 1, index, count: 1000, bytes }]);
  const last = receiver.received(5000, [{ key: 0, version: 1, index: 999, count: 1000, bytes }]);
  expect(last.map(({ key, bytes: content }) => [key, content.length])).toEqual([[0, 1_000_000]]);
});
