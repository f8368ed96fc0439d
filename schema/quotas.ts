/** How much of everything one organization may have, unless the platform set another figure for it. */
import { z } from 'zod';

const Count = z.int().min(0).max(1_000_000);

export const Quotas = z.strictObject({
  /** At the same time. */
  sessions: Count,
  members: Count,
  resources: Count,
  /** Live ones: neither revoked nor expired. */
  apiKeys: Count,
  requestsPerMinute: z.int().min(1).max(1_000_000),
});
export type Quotas = z.infer<typeof Quotas>;
export type QuotaName = keyof Quotas;

export const DEFAULT_QUOTAS: Quotas = {
  sessions: 500,
  members: 1_000,
  resources: 2_000,
  apiKeys: 200,
  requestsPerMinute: 6_000,
};
