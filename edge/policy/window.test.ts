import { expect, test } from 'vitest';
import type { Window } from '../../schema/policy.ts';
import { isWithin } from './window.ts';

const office: Window = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '08:00',
  to: '18:00',
  timeZone: 'Europe/Berlin',
};
const night: Window = { days: ['fri'], from: '22:00', to: '06:00', timeZone: 'UTC' };

test.each([
  ['the first minute', office, '2026-03-04T07:00:00Z', true],
  ['a minute before', office, '2026-03-04T06:59:59Z', false],
  ['the last minute', office, '2026-03-04T16:59:59Z', true],
  ['the first minute after', office, '2026-03-04T17:00:00Z', false],
  ['a Saturday', office, '2026-03-07T12:00:00Z', false],
  ['eight in summer, which is six in UTC', office, '2026-07-01T06:00:00Z', true],
  ['Monday there while it is Sunday in UTC', { ...office, from: '00:00' }, '2026-03-01T23:30:00Z', true],
  ['before midnight', night, '2026-03-06T22:00:00Z', true],
  ['past midnight, which is still that night', night, '2026-03-07T05:59:00Z', true],
  ['the morning after', night, '2026-03-07T06:00:00Z', false],
  ['the night before', night, '2026-03-06T05:00:00Z', false],
  [
    'the whole day, when both ends are one',
    { ...night, from: '00:00', to: '00:00' },
    '2026-03-06T13:00:00Z',
    true,
  ],
] as const)('%s', (_, window, at, expected) => {
  expect(isWithin(window, new Date(at))).toBe(expected);
});
