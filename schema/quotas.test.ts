/** What quotas become in a session's token. */
import { expect, test } from 'vitest';
import { bandwidthOf, DEFAULT_QUOTAS, Quotas } from './quotas.ts';

test('what is not limited is not said', () => {
  expect(bandwidthOf(DEFAULT_QUOTAS, 'ssh')).toEqual({});
});

test('each limit is said in bytes a second, and of protocols only the session’s own', () => {
  const quotas = Quotas.parse({
    ...DEFAULT_QUOTAS,
    kilobytesPerSecond: 5_000,
    kilobytesPerSecondSsh: 4_000,
    kilobytesPerSecondTcp: 3_000,
    kilobytesPerSecondVnc: 1_000_000,
    kilobytesPerSecondPerUser: 2_000,
    kilobytesPerSecondPerSession: 1_000,
  });
  const shared = { org: 5_000_000, user: 2_000_000, session: 1_000_000 };
  expect(bandwidthOf(quotas, 'ssh')).toEqual({ ...shared, protocol: 4_000_000 });
  expect(bandwidthOf(quotas, 'tcp')).toEqual({ ...shared, protocol: 3_000_000 });
});

test('a rate under which nobody could work is refused', () => {
  expect(Quotas.safeParse({ ...DEFAULT_QUOTAS, kilobytesPerSecond: 0 }).success).toBe(false);
});
