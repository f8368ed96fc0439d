/** `fabric api-keys`: how programs get in. */
import type { Command } from 'commander';
import {
  ApiKeyList,
  NewApiKey,
  ServiceAccountList,
  ServiceAccountView,
} from '../../../schema/api/api-keys.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { type Cli, collect, type Options, Organization, pick, say, show } from './organization.ts';

const DAY_S = 86_400;

interface Creating extends Options {
  readonly name: string;
  readonly role?: string;
  readonly permission: string[];
  readonly source: string[];
  readonly days: string;
}

export function apiKeyCommands(program: Command, cli: Cli): void {
  const keys = program
    .command('api-keys')
    .description('service accounts and their keys: how programs get in');

  cli
    .common(keys.command('list', { isDefault: true }))
    .description('every key, without its secret')
    .action(async (options: Options) => {
      const organization = await Organization.of(cli, options);
      const answer = await organization.get('/api-keys', ApiKeyList);
      const { serviceAccounts } = await organization.get('/service-accounts', ServiceAccountList);
      const names = new Map(serviceAccounts.map(({ id, name }) => [id, name]));
      const rows = answer.apiKeys.map((key) => [
        key.id,
        names.get(key.serviceAccount) ?? key.serviceAccount,
        key.name,
        key.revokedAt ? 'revoked' : key.expiresAt,
        key.lastUsedAt ?? 'never',
        key.permissions.join(' '),
      ]);
      show(cli, options, answer, [['KEY', 'ACCOUNT', 'NAME', 'UNTIL', 'USED', 'PERMISSIONS'], ...rows]);
    });

  cli
    .common(keys.command('create <account>'))
    .description('make a key of a service account; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--role <role>', 'make the service account with this role if it is not there')
    .option('--permission <permission>', 'only this of what its role holds; once for each', collect, [])
    .option('--source <address>', 'only from this address or CIDR block; once for each', collect, [])
    .option('--days <n>', 'how long it is good, at most 365', '90')
    .action(async (account: string, options: Creating) => {
      const organization = await Organization.of(cli, options);
      const { id } = await accountNamed(organization, account, options.role);
      const made = await organization.send('POST', `/service-accounts/${id}/keys`, NewApiKey, {
        name: options.name,
        expiresIn: Math.round(Number(options.days) * DAY_S),
        sources: options.source,
        ...(options.permission.length > 0 ? { permissions: options.permission } : {}),
      });
      say(
        cli,
        options,
        made,
        `${made.key}\nKeep it now: it is not shown again. Good until ${made.expiresAt}.`,
      );
    });

  cli
    .common(keys.command('revoke <key>'))
    .description('end a key, by its id')
    .action(async (key: string, options: Options) => {
      await (await Organization.of(cli, options)).remove(`/api-keys/${encodeURIComponent(key)}`);
      say(cli, options, { revoked: key }, 'Revoked.');
    });
}

async function accountNamed(organization: Organization, name: string, role: string | undefined) {
  const { serviceAccounts } = await organization.get('/service-accounts', ServiceAccountList);
  const isThere = serviceAccounts.some((account) => account.name === name);
  if (!isThere && role !== undefined)
    return organization.send('POST', '/service-accounts', ServiceAccountView, { name, role });
  if (!isThere && serviceAccounts.length === 0)
    throw new Refusal('not_found', `there is no service account ${name}: make it with --role ROLE`);
  return pick(serviceAccounts, name, 'service account', (account) => account.name);
}
