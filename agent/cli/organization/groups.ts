/** `fabric groups`: people under one name, for grants and roles. */
import type { Command } from 'commander';
import { GroupList, GroupView } from '../../../schema/api/access.ts';
import {
  type Cli,
  MemberList,
  Nothing,
  type Options,
  Organization,
  pick,
  say,
  show,
} from './organization.ts';

async function groupNamed(organization: Organization, name: string) {
  const { groups } = await organization.get('/groups', GroupList);
  return pick(groups, name, 'group', (group) => group.name);
}

export function groupCommands(program: Command, cli: Cli): void {
  const groups = program.command('groups').description('people under one name, for grants and roles');

  cli
    .common(groups.command('list', { isDefault: true }))
    .description('every group, its role and its people')
    .action(async (options: Options) => {
      const organization = await Organization.of(cli, options);
      const answer = await organization.get('/groups', GroupList);
      const { members } = await organization.get('/members', MemberList);
      const emails = new Map(members.map(({ id, email }) => [id, email]));
      const rows = answer.groups.map((group) => [
        group.name,
        group.role ?? '-',
        group.members.map((id) => emails.get(id) ?? id).join(' '),
      ]);
      show(cli, options, answer, [['GROUP', 'ROLE', 'MEMBERS'], ...rows]);
    });

  cli
    .common(groups.command('create <group>'))
    .description('make a group without anybody in it')
    .action(async (name: string, options: Options) => {
      const made = await (await Organization.of(cli, options)).send('POST', '/groups', GroupView, { name });
      say(cli, options, made, `There is a group ${name} now.`);
    });

  cli
    .common(groups.command('remove <group>'))
    .description('remove a group and what was granted to it')
    .action(async (name: string, options: Options) => {
      const organization = await Organization.of(cli, options);
      const { id } = await groupNamed(organization, name);
      await organization.remove(`/groups/${id}`);
      say(cli, options, { removed: id }, `${name} is no group any more.`);
    });

  cli
    .common(groups.command('set-role <group> <role>'))
    .description('give everybody in it a role beside their own; `none` takes it back')
    .action(async (name: string, role: string, options: Options) => {
      const organization = await Organization.of(cli, options);
      const { id } = await groupNamed(organization, name);
      const given = role === 'none' ? null : role;
      await organization.send('PUT', `/groups/${id}/role`, Nothing, { role: given });
      say(cli, options, { group: id, role: given }, `${name} has ${given ?? 'no role'} now.`);
    });

  cli
    .common(groups.command('add <group> <email>'))
    .description('put a member in')
    .action(async (name: string, email: string, options: Options) => {
      const organization = await Organization.of(cli, options);
      const [group, member] = [await groupNamed(organization, name), await organization.member(email)];
      await organization.send('PUT', `/groups/${group.id}/members/${member.id}`, Nothing);
      say(cli, options, { group: group.id, user: member.id }, `${email} is in ${name} now.`);
    });

  cli
    .common(groups.command('take-out <group> <email>'))
    .description('take a member out')
    .action(async (name: string, email: string, options: Options) => {
      const organization = await Organization.of(cli, options);
      const [group, member] = [await groupNamed(organization, name), await organization.member(email)];
      await organization.remove(`/groups/${group.id}/members/${member.id}`);
      say(cli, options, { group: group.id, user: member.id }, `${email} is not in ${name} any more.`);
    });
}
