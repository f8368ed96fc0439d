import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolViolation } from '../refusal.ts';
import { decodePacket, encodePacket, MAX_RANGES, type Packet, type Range } from './latest.ts';

const piece = fc
  .record({
    key: fc.nat(0xffff_ffff),
    version: fc.nat(2 ** 40),
    index: fc.nat(50),
    more: fc.nat(50),
    bytes: fc.uint8Array({ maxLength: 60 }),
  })
  .map(({ more, ...rest }) => ({ ...rest, count: rest.index + 1 + more }));
const ranges = fc
  .array(fc.record({ gap: fc.nat(500), length: fc.nat(500) }), { maxLength: MAX_RANGES })
  .map((steps) => {
    let next = 2 ** 41;
    return steps.map(({ gap, length }): Range => {
      const range = { from: next - length, to: next };
      next = range.from - gap - 2;
      return range;
    });
  });

test('packets survive the wire', () => {
  fc.assert(
    fc.property(
      ranges,
      fc.option(fc.nat(2 ** 40), { nil: undefined }),
      fc.array(piece),
      (arrived, number, pieces) => {
        const last = arrived[0] && arrived[0].to - 3;
        const packet: Packet = {
          arrived: { ranges: arrived, last },
          number,
          pieces: number === undefined ? [] : pieces,
        };
        expect(decodePacket(encodePacket(packet))).toEqual(packet);
      },
    ),
  );
});

test('what a range can not say is left out, and nothing else is said instead', () => {
  const far = [
    { from: 200_000, to: 200_001 },
    { from: 5, to: 9 },
  ];
  expect(
    decodePacket(encodePacket({ arrived: { ranges: far, last: 0 }, number: undefined, pieces: [] })).arrived
      .ranges,
  ).toEqual([far[0]]);
  const long = [{ from: 0, to: 100_000 }];
  expect(
    decodePacket(encodePacket({ arrived: { ranges: long, last: 0 }, number: undefined, pieces: [] })).arrived
      .ranges,
  ).toEqual([{ from: 100_000 - 65_535, to: 100_000 }]);
});

test('whatever comes is a packet or a protocol violation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
      try {
        decodePacket(noise);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolViolation);
      }
    }),
    { numRuns: 3000 },
  );
});
