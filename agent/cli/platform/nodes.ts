/** `fabric nodes` and `fabric bootstrap-tokens`: what a cluster is made of, and how a node gets in. */
import { BootstrapToken, NodeList } from '../../../schema/api/platform.ts';
import { NodeRole } from '../../../schema/roles.ts';
import { type Group, optional, repeated } from '../command-table.ts';
import { hours } from '../hours.ts';
import type { Options } from '../organization/organization.ts';
import { Platform } from './platform.ts';

interface OfCluster extends Options {
  readonly cluster?: string;
}
interface Creating extends OfCluster {
  readonly role: string[];
  readonly pool: string[];
  readonly uses: string;
  readonly hours: number;
}

const ofCluster = optional('--cluster <name>', 'which, where there is more than one');

export const nodes: Group<Platform> = {
  name: 'nodes',
  about: 'what a cluster is made of',
  of: 'platform',
  target: Platform.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'every node of a cluster, and when it was heard of last',
      example: 'list --cluster eu-one',
      options: [ofCluster],
      async run(platform, { cluster }: OfCluster) {
        const { id } = await platform.cluster(cluster);
        const value = await platform.get(`/clusters/${id}/nodes`, NodeList);
        const rows = value.nodes.map((node) => [
          node.name,
          node.id,
          node.roles.join(' '),
          node.egressPools.join(' ') || '-',
          node.endpoints.join(' ') || '-',
          node.lastSeenAt ?? 'never',
          node.certificateExpiresAt,
        ]);
        const heads = ['NODE', 'ID', 'ROLES', 'EGRESS POOLS', 'AT', 'LAST SEEN', 'CERTIFICATE UNTIL'];
        return { value, rows: [heads, ...rows] };
      },
    },
  ],
};

export const bootstrapTokens: Group<Platform> = {
  name: 'bootstrap-tokens',
  about: 'what nodes enrol with',
  of: 'platform',
  target: Platform.of,
  rows: [
    {
      command: 'create',
      about: 'make one; it is shown this once',
      example: 'create --cluster eu-one --role service --pool office --hours 2',
      options: [
        ofCluster,
        repeated('--role <role>', `what the node may be: ${NodeRole.options.join(', ')}; once for each`),
        repeated('--pool <name>', 'an egress pool that it serves; once for each'),
        optional('--uses <n>', 'how many nodes may enrol with it').default('1'),
        optional('--hours <n>', 'how long it is good, 30 days at most').default(24, '24').argParser(hours),
      ],
      async run(platform, { cluster, role, pool, uses, hours: time }: Creating) {
        const { id } = await platform.cluster(cluster);
        const body = {
          roles: role,
          egressPools: pool,
          uses: Number(uses),
          expiresIn: Math.round(time * 3600),
        };
        const value = await platform.send('POST', `/clusters/${id}/bootstrap-tokens`, BootstrapToken, body);
        const kept = `Keep it now: it is not shown again. Good until ${value.expiresAt}; its id is ${value.id}.`;
        return { value, line: `${value.token}\n${kept}` };
      },
    },
    {
      command: 'revoke <token>',
      about: 'nobody enrols with it any more, by its id',
      example: 'revoke 3c1f… --cluster eu-one --yes',
      options: [ofCluster],
      asks: (_, token) => `The bootstrap token ${token} will be worthless.`,
      async run(platform, { cluster }: OfCluster, token) {
        const { id } = await platform.cluster(cluster);
        await platform.remove(`/clusters/${id}/bootstrap-tokens/${encodeURIComponent(token)}`);
        return { value: { revoked: token }, line: 'Revoked.' };
      },
    },
  ],
};
