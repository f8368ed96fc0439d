/** `fabric grants`: who may reach what, when, and by which channels. */
import { type Command, Option } from 'commander';
import { GroupList } from '../../../schema/api/access.ts';
import { ServiceAccountList } from '../../../schema/api/api-keys.ts';
import {
  type CreateOrgGrant,
  GrantList,
  GrantView,
  ManagedResourceList,
} from '../../../schema/api/resources.ts';
import { Channel, type ChannelGrants } from '../../../schema/channel.ts';
import { DAYS, type Grantee, type Scope, Window } from '../../../schema/policy.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { labelsText, splitAt } from './labels.ts';
import { type Cli, collect, type Options, Organization, pick, say, show } from './organization.ts';

interface Giving extends Options {
  readonly user?: string;
  readonly role?: string;
  readonly group?: string;
  readonly serviceAccount?: string;
  readonly resource?: string;
  readonly label: string[];
  readonly channel: string[];
  readonly expires?: string;
  readonly days?: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export function grantCommands(program: Command, cli: Cli): void {
  const grants = program.command('grants').description('who may reach what, when, and by which channels');

  cli
    .common(grants.command('list', { isDefault: true }))
    .description('every grant of the organization')
    .action(async (options: Options) => {
      const answer = await (await Organization.of(cli, options)).get('/grants', GrantList);
      const rows = answer.grants.map(({ id, to, on, channels, expiresAt, window }) => [
        id,
        Object.values(to).join(' '),
        'resource' in on ? on.resource : labelsText(on.matchLabels),
        channels === null ? 'all' : channelsText(channels),
        expiresAt ?? '-',
        window ? `${window.days.join(',')} ${window.from}-${window.to} ${window.timeZone}` : '-',
      ]);
      show(cli, options, answer, [['GRANT', 'TO', 'ON', 'CHANNELS', 'EXPIRES', 'WINDOW'], ...rows]);
    });

  const holders = ['user', 'role', 'group', 'serviceAccount'];
  const toOne = (flags: string, text: string, own: string) =>
    new Option(flags, text).conflicts(holders.filter((holder) => holder !== own));
  cli
    .common(grants.command('add'))
    .description(
      'let one user, role, group or service account reach a resource, or all that have some labels',
    )
    .addOption(toOne('--user <email>', 'to this member', 'user'))
    .addOption(toOne('--role <role>', 'to everybody with this role', 'role'))
    .addOption(toOne('--group <group>', 'to everybody in this group', 'group'))
    .addOption(toOne('--service-account <name>', 'to this service account', 'serviceAccount'))
    .addOption(new Option('--resource <name>', 'on this resource').conflicts('label'))
    .option('--label <key=value>', 'on resources that have this label; once for each', collect, [])
    .option('--channel <channel[:send|:receive]>', 'only this channel; once for each', collect, [])
    .option('--expires <time>', 'until then, as 2026-01-31T18:00:00Z')
    .option('--days <days>', `only on these days: ${DAYS.join(',')}`)
    .option('--from <HH:MM>', 'on these days from', '00:00')
    .option('--to <HH:MM>', 'on these days until', '00:00')
    .option('--time-zone <name>', 'whose clock', Intl.DateTimeFormat().resolvedOptions().timeZone)
    .addHelpText(
      'after',
      `
Examples:
  fabric grants add --group ops --label env=test
  fabric grants add --user ada@example.org --resource db --channel terminal --expires 2026-01-31T18:00:00Z
  fabric grants add --role organization_user --resource wiki --days mon,tue,wed,thu,fri --from 08:00 --to 18:00`,
    )
    .action(async (options: Giving) => {
      const organization = await Organization.of(cli, options);
      const wanted: CreateOrgGrant = {
        to: await holderOf(organization, options),
        on: await scopeOf(organization, options),
        ...(options.channel.length > 0 ? { channels: channelsOf(options.channel) } : {}),
        ...(options.expires === undefined ? {} : { expiresAt: options.expires }),
        ...(options.days === undefined ? {} : { window: windowOf(options, options.days) }),
      };
      const made = await organization.send('POST', '/grants', GrantView, wanted);
      say(cli, options, made, `Granted: ${made.id}`);
    });

  cli
    .common(grants.command('revoke <grant>'))
    .description('take a grant back; sessions that nothing else allows end')
    .action(async (grant: string, options: Options) => {
      await (await Organization.of(cli, options)).remove(`/grants/${encodeURIComponent(grant)}`);
      say(cli, options, { revoked: grant }, 'Revoked.');
    });
}

async function holderOf(organization: Organization, options: Giving): Promise<Grantee> {
  const { user, role, group, serviceAccount } = options;
  if (user !== undefined) return { type: 'user', user: (await organization.member(user)).id };
  if (role !== undefined) return { type: 'role', role };
  if (group !== undefined) {
    const { groups } = await organization.get('/groups', GroupList);
    return { type: 'group', group: pick(groups, group, 'group', ({ name }) => name).id };
  }
  if (serviceAccount !== undefined) {
    const { serviceAccounts } = await organization.get('/service-accounts', ServiceAccountList);
    const found = pick(serviceAccounts, serviceAccount, 'service account', ({ name }) => name);
    return { type: 'service_account', serviceAccount: found.id };
  }
  throw new Refusal('bad_request', 'say to whom: --user, --role, --group or --service-account');
}

async function scopeOf(organization: Organization, { resource, label }: Giving): Promise<Scope> {
  if (resource !== undefined) {
    const { resources } = await organization.get('/inventory', ManagedResourceList);
    return { resource: pick(resources, resource, 'resource', ({ name }) => name).id };
  }
  if (label.length === 0) throw new Refusal('bad_request', 'say on what: --resource or --label');
  return { matchLabels: Object.fromEntries(label.map((text) => splitAt(text, '='))) };
}

function channelsOf(words: readonly string[]): ChannelGrants {
  const channels: ChannelGrants = {};
  for (const word of words) {
    const [name, way] = word.includes(':') ? splitAt(word, ':') : [word, undefined];
    const channel = Channel.safeParse(name);
    if (!channel.success || (way !== undefined && way !== 'send' && way !== 'receive'))
      throw new Refusal('bad_request', `${word} is no channel, as terminal or clipboard:receive`);
    const before = channels[channel.data] ?? { send: false, receive: false };
    channels[channel.data] = {
      send: before.send || way !== 'receive',
      receive: before.receive || way !== 'send',
    };
  }
  return channels;
}

function windowOf({ from, to, timeZone }: Giving, days: string): Window {
  const window = Window.safeParse({ days: days.split(','), from, to, timeZone });
  if (!window.success)
    throw new Refusal('bad_request', window.error.issues.map(({ message }) => message).join('; '));
  return window.data;
}

const channelsText = (channels: ChannelGrants) =>
  Object.entries(channels)
    .map(([name, { send, receive }]) => (send && receive ? name : `${name}:${send ? 'send' : 'receive'}`))
    .join(',');
