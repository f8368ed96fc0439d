import { expect, test } from 'vitest';
import { exitStatus } from './exit-status.ts';

test('is the remote status, or 128 and the signal', () => {
  expect(exitStatus({ status: 7, signal: '' })).toBe(7);
  expect(exitStatus({ status: 255, signal: 'KILL' })).toBe(137);
  expect(exitStatus({ status: 255, signal: 'NOSUCH' })).toBe(255);
});
