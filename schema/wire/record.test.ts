import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolViolation } from '../refusal.ts';
import {
  checkRecordLength,
  decodePoint,
  encodePoint,
  RECORD_BODY,
  RECORD_HEADER,
  readRecordHeader,
  writeRecordHeader,
} from './record.ts';

const numbers = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test('numbers of 48 bits survive the wire', () => {
  fc.assert(
    fc.property(numbers, fc.constantFrom(0, 1, 2), (next, kind) => {
      const header = new Uint8Array(RECORD_HEADER);
      writeRecordHeader(header, kind as 0 | 1 | 2, next);
      expect(readRecordHeader(header)).toEqual({ kind, next });
      expect(decodePoint(encodePoint(next))).toBe(next);
    }),
  );
});

test('refuses a kind, a length and a point that no record has', () => {
  expect(() => readRecordHeader(Uint8Array.of(3, 0, 0, 0, 0, 0, 0))).toThrow(ProtocolViolation);
  expect(() => readRecordHeader(Uint8Array.of(0, 0, 0))).toThrow(ProtocolViolation);
  for (const length of [0, 22, RECORD_BODY + 24, 65_535])
    expect(() => checkRecordLength(length)).toThrow(ProtocolViolation);
  expect([23, RECORD_BODY + 23].map(checkRecordLength)).toEqual([23, RECORD_BODY + 23]);
  expect(() => decodePoint(new Uint8Array(8))).toThrow(ProtocolViolation);
});
