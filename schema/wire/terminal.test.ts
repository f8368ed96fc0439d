import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolViolation } from '../refusal.ts';
import {
  decodeExit,
  decodeResize,
  encodeExit,
  encodeResize,
  MAX_TERMINAL_FRAME,
  readTerminalHeader,
  TERMINAL_HEADER,
  TERMINAL_KIND,
  TerminalParams,
  terminalHeader,
} from './terminal.ts';

test('headers, sizes and exits survive the wire', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(TERMINAL_KIND)),
      fc.integer({ min: 0, max: MAX_TERMINAL_FRAME }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      (kind, length, cols, rows, status) => {
        expect(readTerminalHeader(terminalHeader(kind, length))).toEqual({ kind, length });
        expect(decodeResize(encodeResize({ cols, rows }))).toEqual({ cols, rows });
        expect(decodeExit(encodeExit({ status, signal: 'TERM' }))).toEqual({ status, signal: 'TERM' });
      },
    ),
  );
});

test('refuses unknown kinds, oversize frames and impossible sizes', () => {
  const oversize = terminalHeader(0, MAX_TERMINAL_FRAME + 1);
  expect(() => readTerminalHeader(oversize)).toThrow(ProtocolViolation);
  expect(() => readTerminalHeader(new Uint8Array(TERMINAL_HEADER).fill(9))).toThrow(ProtocolViolation);
  expect(() => decodeResize(Uint8Array.of(0, 0, 0, 24))).toThrow(ProtocolViolation);
  expect(() => decodeResize(Uint8Array.of(0, 80))).toThrow(ProtocolViolation);
  expect(() => decodeExit(Uint8Array.of(0))).toThrow(ProtocolViolation);
});

test('refuses parameters with a field nobody knows', () => {
  expect(TerminalParams.safeParse({ mode: 'exec', command: 'id', sudo: true }).success).toBe(false);
});
