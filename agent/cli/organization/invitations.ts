/** `fabric invitations`: those that are open. `fabric invite` sends one, `fabric join` accepts one. */
import { z } from 'zod';
import { InvitationView } from '../../../schema/api/sign-in.ts';
import type { Group } from '../command-table.ts';
import { Organization, pick } from './organization.ts';

const InvitationList = z.object({ invitations: z.array(InvitationView) });

export const invitations: Group<Organization> = {
  name: 'invitations',
  about:
    'invitations that are open (fabric invite sends one, fabric join accepts and fabric decline declines one)',
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'whom you wait for, as what and until when',
      example: 'list',
      async run(organization) {
        const value = await organization.get('/invitations', InvitationList);
        const rows = value.invitations.map(({ email, role, expiresAt }) => [
          email,
          role ?? 'a way back in',
          expiresAt,
        ]);
        return { value, rows: [['E-MAIL', 'AS', 'UNTIL'], ...rows] };
      },
    },
    {
      command: 'revoke <email>',
      about: 'make the link worthless',
      example: 'revoke ada@example.com',
      async run(organization, _, email) {
        const all = await organization.get('/invitations', InvitationList);
        const { id } = pick(all.invitations, email.toLowerCase(), 'invitation of', (one) => one.email);
        await organization.remove(`/invitations/${id}`);
        return { value: { revoked: id }, line: `${email} is not invited any more.` };
      },
    },
  ],
};
