/** `fabric members`: who belongs to the organization, and as what. */
import type { Command } from 'commander';
import { CreatedMember, MemberView } from '../../../schema/api/platform.ts';
import { type Cli, MemberList, type Options, Organization, say, show } from './organization.ts';

export function memberCommands(program: Command, cli: Cli): void {
  const members = program.command('members').description('who belongs to the organization, and as what');

  cli
    .common(members.command('list', { isDefault: true }))
    .description('everybody, with their role')
    .action(async (options: Options) => {
      const answer = await (await Organization.of(cli, options)).get('/members', MemberList);
      const rows = answer.members.map(({ email, name, role }) => [email, name, role]);
      show(cli, options, answer, [['E-MAIL', 'NAME', 'ROLE'], ...rows]);
    });

  cli
    .common(members.command('add <email>'))
    .description('offer a person a role; they are a member once they accept the invitation that is printed')
    .requiredOption('--name <name>', 'how the person is called')
    .requiredOption('--role <role>', 'see `fabric roles`')
    .action(async (email: string, options: Options & { name: string; role: string }) => {
      const { name, role } = options;
      const organization = await Organization.of(cli, options);
      const made = await organization.send('POST', '/members', CreatedMember, { email, name, role });
      const { expiresAt, url } = made.invitation;
      const way = `They join, until ${expiresAt}, by ${url}`;
      say(cli, options, made, `${made.email} is invited as ${made.role}. ${way}`);
    });

  cli
    .common(members.command('set-role <email> <role>'))
    .description('give a member another role; sessions that it does not allow end')
    .action(async (email: string, role: string, options: Options) => {
      const organization = await Organization.of(cli, options);
      const { id } = await organization.member(email);
      const changed = await organization.send('PUT', `/members/${id}/role`, MemberView, { role });
      say(cli, options, changed, `${changed.email} is ${changed.role} now.`);
    });

  cli
    .common(members.command('remove <email>'))
    .description('take a member out: their sessions end, and what was given to them by name goes')
    .action(async (email: string, options: Options) => {
      const organization = await Organization.of(cli, options);
      const { id } = await organization.member(email);
      await organization.remove(`/members/${id}`);
      say(cli, options, { removed: id }, `${email} is no member any more.`);
    });
}
