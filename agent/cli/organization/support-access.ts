/** `fabric support-access`: access that an organization's owner lends to the platform's people. */
import { LendAccess, SupportAccessList, SupportAccessView } from '../../../schema/api/access.ts';
import { type Group, optional, required } from '../command-table.ts';
import { hours } from '../hours.ts';
import { type Options, Organization } from './organization.ts';

interface Lending extends Options {
  readonly role: string;
  readonly reason: string;
  readonly hours: number;
}

const ROLES = LendAccess.shape.role.options;

export const supportAccess: Group<Organization> = {
  name: 'support-access',
  about: "access lent to the platform's people, for a time and a reason",
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'what was lent, to whom and until when, newest first',
      example: 'list',
      async run(organization) {
        const value = await organization.get('/support-access', SupportAccessList);
        const rows = value.supportAccess.map((lent) => [
          lent.id,
          lent.email,
          lent.role,
          lent.revokedAt === null ? lent.expiresAt : `taken back ${lent.revokedAt}`,
          lent.lastUsedAt ?? 'never',
          lent.reason,
        ]);
        return { value, rows: [['ACCESS', 'TO', 'ROLE', 'UNTIL', 'USED', 'REASON'], ...rows] };
      },
    },
    {
      command: 'lend <email>',
      about: "let one of the platform's people in, without machines or secrets whatever the role",
      example: 'lend help@platform.example --role organization_auditor --reason "ticket 17" --hours 4',
      options: [
        required('--role <role>', 'what they may do').choices(ROLES),
        required('--reason <text>', 'why; the audit trail keeps it'),
        optional('--hours <n>', 'for how long, a week at most').default(1, '1').argParser(hours),
      ],
      async run(organization, { role, reason, hours: time }: Lending, email) {
        const body = { email, role, reason, expiresIn: Math.round(time * 3600) };
        const value = await organization.send('POST', '/support-access', SupportAccessView, body);
        return { value, line: `${value.email} has access as ${value.role} until ${value.expiresAt}.` };
      },
    },
    {
      command: 'end <access>',
      about: 'take it back at once, by its id',
      example: 'end 3c1f…',
      async run(organization, _, access) {
        await organization.remove(`/support-access/${encodeURIComponent(access)}`);
        return { value: { ended: access }, line: 'Taken back.' };
      },
    },
  ],
};
