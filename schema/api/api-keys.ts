/** Service accounts and their keys. A key is shown once, when it is made. */
import { z } from 'zod';
import { ApiKeyId, Name, ServiceAccountId } from '../ids.ts';
import { OrgPermission } from '../permissions.ts';
import { RoleName } from '../roles.ts';

export const ServiceAccountView = z.object({ id: ServiceAccountId, name: Name, role: RoleName });
export const ServiceAccountList = z.object({ serviceAccounts: z.array(ServiceAccountView) });
export const CreateServiceAccount = z.strictObject({ name: Name, role: RoleName });

const HOUR_S = 3600;
const YEAR_S = 365 * 86_400;

/** An address or a block: `203.0.113.7`, `2001:db8::/32`. */
const Source = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const CreateApiKey = z.strictObject({
  name: Name,
  /** Of what the account's role holds; all of it that a key can hold when left out. */
  permissions: z.array(OrgPermission).min(1).max(64).optional(),
  /** Seconds; 90 days by default, a year at most. */
  expiresIn: z
    .int()
    .min(60)
    .max(YEAR_S)
    .default(90 * 24 * HOUR_S),
  /** Where it may be used from; anywhere when left out. */
  sources: z.array(Source).max(32).default([]),
});
export const ApiKeyView = z.object({
  id: ApiKeyId,
  serviceAccount: ServiceAccountId,
  name: Name,
  permissions: z.array(OrgPermission),
  sources: z.array(z.string()),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  /** To a few minutes. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export const ApiKeyList = z.object({ apiKeys: z.array(ApiKeyView) });
export const NewApiKey = ApiKeyView.extend({ key: z.string() });
