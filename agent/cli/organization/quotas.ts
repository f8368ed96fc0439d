/** `fabric quotas`: how much of everything the organization may have, and has. */
import type { z } from 'zod';
import { QuotasView } from '../../../schema/api/organizations.ts';
import type { Group, Outcome } from '../command-table.ts';
import { Organization } from './organization.ts';

/** Of one organization, by whoever asks. */
export function quotasOutcome(value: z.infer<typeof QuotasView>): Outcome {
  const used: Readonly<Record<string, number>> = value.used;
  const rows = Object.entries(value.limits).map(([name, limit]) => [
    name,
    String(used[name] ?? '-'),
    String(limit),
  ]);
  return { value, rows: [['WHAT', 'USED', 'LIMIT'], ...rows] };
}

export const quotas: Group<Organization> = {
  name: 'quotas',
  about: 'how much of everything the organization may have, and has',
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'show',
      isDefault: true,
      about: 'every limit and what is used of it; the platform sets them (fabric organizations set-quotas)',
      example: 'show',
      run: async (organization) => quotasOutcome(await organization.get('/quotas', QuotasView)),
    },
  ],
};
