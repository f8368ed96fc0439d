/** `fabric administrators`: the platform's own people. */
import { AdministratorList, CreateAdministrator, CreatedAdministrator } from '../../../schema/api/access.ts';
import { type Group, optional, required } from '../command-table.ts';
import { type Options, pick } from '../organization/organization.ts';
import { Platform } from './platform.ts';

interface Adding extends Options {
  readonly role: string;
  readonly name?: string;
}

export const administrators: Group<Platform> = {
  name: 'administrators',
  about: "the platform's own people",
  of: 'platform',
  target: Platform.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'everybody with a role on the platform',
      example: 'list',
      async run(platform) {
        const value = await platform.get('/administrators', AdministratorList);
        const rows = value.administrators.map(({ email, name, role }) => [email, name, role]);
        return { value, rows: [['E-MAIL', 'NAME', 'ROLE'], ...rows] };
      },
    },
    {
      command: 'add <email>',
      about: 'give somebody a role on the platform; who is new is invited by the link that is printed',
      example: 'add bob@platform.example --role platform_admin --name Bob',
      options: [
        required('--role <role>', 'what they may do').choices(CreateAdministrator.shape.role.options),
        optional('--name <name>', 'how they are called, where they are new'),
      ],
      async run(platform, { role, name }: Adding, email) {
        const body = { email, role, ...(name === undefined ? {} : { name }) };
        const value = await platform.send('POST', '/administrators', CreatedAdministrator, body);
        const link = value.invitation
          ? ` They join, until ${value.invitation.expiresAt}, by ${value.invitation.url}`
          : '';
        return { value, line: `${value.email} is ${value.role} now.${link}` };
      },
    },
    {
      command: 'remove <email>',
      about: 'take their role away: what they are signed in with ends',
      example: 'remove bob@platform.example --yes',
      asks: (_, email) => `${email} will have no role on the platform and be signed out everywhere.`,
      async run(platform, _, email) {
        const all = await platform.get('/administrators', AdministratorList);
        const { id } = pick(all.administrators, email.toLowerCase(), 'administrator', (one) => one.email);
        await platform.remove(`/administrators/${id}`);
        return { value: { removed: id }, line: `${email} is no administrator any more.` };
      },
    },
  ],
};
