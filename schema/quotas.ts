/** How much of everything one organization may have, unless the platform set another figure for it. */
import { z } from 'zod';
import type { Protocol } from './resource.ts';
import type { BandwidthClaims } from './tokens/data-plane.ts';

const Count = z.int().min(0).max(1_000_000);

/** Thousands of bytes a second, each way. The most there is means: no limit. */
export const UNLIMITED_KBPS = 1_000_000;
const Rate = z.int().min(8).max(UNLIMITED_KBPS);

export const Quotas = z.strictObject({
  /** At the same time. */
  sessions: Count,
  members: Count,
  resources: Count,
  /** Live ones: neither revoked nor expired. */
  apiKeys: Count,
  requestsPerMinute: z.int().min(1).max(1_000_000),
  /** Of all sessions on one service node together; of those of one protocol, of one person; of one session. */
  kilobytesPerSecond: Rate,
  kilobytesPerSecondSsh: Rate,
  kilobytesPerSecondTcp: Rate,
  kilobytesPerSecondVnc: Rate,
  kilobytesPerSecondPerUser: Rate,
  kilobytesPerSecondPerSession: Rate,
});
export type Quotas = z.infer<typeof Quotas>;
export type QuotaName = keyof Quotas;
/** Kept as rows; the others are rates. */
export type Counted = Extract<QuotaName, 'sessions' | 'members' | 'resources' | 'apiKeys'>;

const BANDWIDTH_OF: Readonly<Record<Protocol, QuotaName>> = {
  ssh: 'kilobytesPerSecondSsh',
  tcp: 'kilobytesPerSecondTcp',
  vnc: 'kilobytesPerSecondVnc',
};

/** What a session's token says of it, bytes a second; what is not limited is not said. */
export function bandwidthOf(quotas: Quotas, protocol: Protocol): BandwidthClaims {
  const rates = {
    org: quotas.kilobytesPerSecond,
    protocol: quotas[BANDWIDTH_OF[protocol]],
    user: quotas.kilobytesPerSecondPerUser,
    session: quotas.kilobytesPerSecondPerSession,
  };
  const limited = Object.entries(rates).filter(([, rate]) => rate < UNLIMITED_KBPS);
  return Object.fromEntries(limited.map(([of, rate]) => [of, rate * 1000]));
}

export const DEFAULT_QUOTAS: Quotas = {
  sessions: 500,
  members: 1_000,
  resources: 2_000,
  apiKeys: 200,
  requestsPerMinute: 6_000,
  kilobytesPerSecond: UNLIMITED_KBPS,
  kilobytesPerSecondSsh: UNLIMITED_KBPS,
  kilobytesPerSecondTcp: UNLIMITED_KBPS,
  kilobytesPerSecondVnc: UNLIMITED_KBPS,
  kilobytesPerSecondPerUser: UNLIMITED_KBPS,
  kilobytesPerSecondPerSession: UNLIMITED_KBPS,
};
