/** `fabric roles`: the built-in roles, and those of the organization's own. */
import type { Command } from 'commander';
import { RoleList, RoleView } from '../../../schema/api/access.ts';
import { type Cli, collect, type Options, Organization, say, show } from './organization.ts';

interface Permitting extends Options {
  readonly permission: string[];
}

export function roleCommands(program: Command, cli: Cli): void {
  const roles = program.command('roles').description('what each role may do, and roles of your own');
  const permitting = (command: Command) =>
    cli.common(command).option('--permission <permission>', 'one that it holds; once for each', collect, []);

  cli
    .common(roles.command('list', { isDefault: true }))
    .description('every role with its permissions')
    .action(async (options: Options) => {
      const answer = await (await Organization.of(cli, options)).get('/roles', RoleList);
      const rows = answer.roles.map(({ name, builtIn, permissions }) => [
        name,
        builtIn ? 'built in' : 'own',
        permissions.join(' '),
      ]);
      show(cli, options, answer, [['ROLE', 'KIND', 'PERMISSIONS'], ...rows]);
    });

  permitting(roles.command('create <name>'))
    .description('make a role of what you hold yourself')
    .action(async (name: string, options: Permitting) => {
      const body = { name, permissions: options.permission };
      const made = await (await Organization.of(cli, options)).send('POST', '/roles', RoleView, body);
      say(cli, options, made, `${name} may: ${made.permissions.join(' ') || 'nothing'}`);
    });

  permitting(roles.command('change <name>'))
    .description('give an own role exactly these permissions')
    .action(async (name: string, options: Permitting) => {
      const body = { permissions: options.permission };
      const organization = await Organization.of(cli, options);
      const changed = await organization.send('PUT', `/roles/${encodeURIComponent(name)}`, RoleView, body);
      say(cli, options, changed, `${name} may: ${changed.permissions.join(' ') || 'nothing'}`);
    });

  cli
    .common(roles.command('remove <name>'))
    .description('remove an own role that nobody has')
    .action(async (name: string, options: Options) => {
      await (await Organization.of(cli, options)).remove(`/roles/${encodeURIComponent(name)}`);
      say(cli, options, { removed: name }, `${name} is no role any more.`);
    });
}
