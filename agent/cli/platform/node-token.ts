/** `fabric node token`: what nodes enrol with. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { BootstrapTokenList } from '../../../schema/api/clusters.ts';
import { BootstrapToken } from '../../../schema/api/platform.ts';
import { NodeRole } from '../../../schema/roles.ts';
import { table } from '../table.ts';
import { Cluster, type PlatformParts, type Which } from './cluster.ts';

interface Creating extends Which {
  readonly role: NodeRole[];
  readonly pool: string[];
  readonly uses: number;
  readonly hours: number;
  readonly automatic: boolean;
}

export function tokenCommands(
  node: Command,
  parts: PlatformParts,
  which: (parts: PlatformParts, command: Command) => Command,
): void {
  const token = node.command('token').description('bootstrap tokens: what nodes enrol with');
  which(parts, token.command('list'))
    .description('the tokens, without their secret')
    .action(async (options: Which) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const found = await cluster.get('/bootstrap-tokens', BootstrapTokenList);
      if (options.json) return parts.printJson(found);
      const rows = found.tokens.map(
        ({ id, roles, egressPools, approval, uses, usesLeft, state, expiresAt }) => [
          id,
          roles.join(' '),
          egressPools.join(' ') || '-',
          approval,
          `${usesLeft} of ${uses}`,
          state,
          expiresAt,
        ],
      );
      parts.print(table([['TOKEN', 'ROLES', 'POOLS', 'APPROVAL', 'LEFT', 'STATE', 'UNTIL'], ...rows]));
    });
  which(parts, token.command('create'))
    .description('a token, shown once')
    .addOption(
      new Option('--role <role...>', 'what its nodes may do').choices(NodeRole.options).makeOptionMandatory(),
    )
    .option('--pool <pool...>', 'egress pools its nodes serve', [])
    .option('--uses <n>', 'how many nodes', count, 1)
    .option('--hours <n>', 'how long it is good for', count, 24)
    .option('--automatic', 'nobody has to approve the nodes', false)
    .action(async (options: Creating) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      const body = {
        roles: options.role,
        egressPools: options.pool,
        uses: options.uses,
        expiresIn: options.hours * 3600,
        approval: options.automatic ? 'automatic' : 'required',
      };
      const made = BootstrapToken.parse(await cluster.send('POST', '/bootstrap-tokens', body));
      if (options.json) return parts.printJson(made);
      parts.print(made.token);
    });
  which(parts, token.command('revoke <token>'))
    .description('nobody enrols with it any more, and who waits by it stays outside')
    .action(async (id: string, options: Which) => {
      const cluster = await Cluster.of(parts.api, options.cluster);
      await cluster.send('DELETE', `/bootstrap-tokens/${encodeURIComponent(id)}`);
      if (options.json) return parts.printJson({ revoked: id });
      parts.print('Revoked.');
    });
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('not a number above zero');
  return number;
}
