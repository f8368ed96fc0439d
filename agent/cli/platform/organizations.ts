/** `fabric organizations`: the tenants of the platform, and how much each may have. */
import type { z } from 'zod';
import { ChangeQuotas, QuotasView } from '../../../schema/api/organizations.ts';
import { OrganizationEntry, OrganizationView } from '../../../schema/api/platform.ts';
import { Quotas } from '../../../schema/quotas.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { type Group, optional, required } from '../command-table.ts';
import { splitAt } from '../organization/labels.ts';
import type { Options } from '../organization/organization.ts';
import { quotasOutcome } from '../organization/quotas.ts';
import { OrganizationList, Platform } from './platform.ts';

interface Suspending extends Options {
  readonly reason?: string;
}
const why = required('--reason <why>', 'for the audit');

export const organizations: Group<Platform> = {
  name: 'organizations',
  about: 'the tenants of the platform',
  of: 'platform',
  target: Platform.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'every organization',
      example: 'list',
      async run(platform) {
        const value = await platform.get('/organizations', OrganizationList);
        return {
          value,
          rows: [
            ['ORGANIZATION', 'ID', 'SUSPENDED'],
            ...value.organizations.map((one) => [one.name, one.id, one.suspendedAt ?? '-']),
          ],
        };
      },
    },
    {
      command: 'create <organization>',
      about: 'make one; then invite its owner: fabric invite EMAIL --org NAME --role organization_owner',
      example: 'create acme --cluster eu-one',
      options: [optional('--cluster <name>', 'whose nodes serve it, where there is more than one')],
      async run(platform, { cluster: wanted }: Options & { cluster?: string }, name) {
        const cluster = await platform.cluster(wanted);
        const body = { name, cluster: cluster.id };
        const value = await platform.send('POST', '/organizations', OrganizationView, body);
        return { value, line: `There is an organization ${name} now, served by ${cluster.name}.` };
      },
    },
    {
      command: 'suspend <organization>',
      about: 'end its sessions, and let nobody and no key in until it is resumed',
      example: 'suspend acme --reason "the contract has ended" --yes',
      options: [why],
      asks: (_, name) => `All sessions of ${name} will end, and nobody gets in.`,
      async run(platform, { reason }: Suspending, name) {
        const { id } = await platform.organization(name);
        const value = await platform.send('POST', `/organizations/${id}/suspend`, OrganizationEntry, {
          reason,
        });
        return { value, line: `${name} is suspended.` };
      },
    },
    {
      command: 'resume <organization>',
      about: 'everything that was suspended works again',
      example: 'resume acme --reason "paid"',
      options: [why],
      async run(platform, { reason }: Suspending, name) {
        const { id } = await platform.organization(name);
        const value = await platform.send('POST', `/organizations/${id}/resume`, OrganizationEntry, {
          reason,
        });
        return { value, line: `${name} is at work again.` };
      },
    },
    {
      command: 'quotas <organization>',
      about: 'how much of everything one may have, and has',
      example: 'quotas acme',
      async run(platform, _, name) {
        const { id } = await platform.organization(name);
        return quotasOutcome(await platform.get(`/organizations/${id}/quotas`, QuotasView));
      },
    },
    {
      command: 'set-quotas <organization> <limits...>',
      about: `change limits: ${Object.keys(Quotas.shape).join(', ')}; the others stay`,
      example: 'set-quotas acme members=500 sessions=50',
      async run(platform, _, name, ...typed) {
        const wanted = limitsOf(typed);
        const { id } = await platform.organization(name);
        return quotasOutcome(await platform.send('PATCH', `/organizations/${id}/quotas`, QuotasView, wanted));
      },
    },
  ],
};

function limitsOf(typed: readonly string[]): z.infer<typeof ChangeQuotas> {
  const pairs = typed.map((text) => splitAt(text, '=')).map(([name, limit]) => [name, Number(limit)]);
  const limits = ChangeQuotas.safeParse(Object.fromEntries(pairs));
  if (limits.success) return limits.data;
  throw new Refusal(
    'bad_request',
    limits.error.issues
      .map(({ path, message }) => `${path.join('.')}: ${message}`.replace(/^: /, ''))
      .join('; '),
  );
}
