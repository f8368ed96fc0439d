/** `fabric node token`: what nodes enrol with. */
import { BootstrapTokenList } from '../../../schema/api/clusters.ts';
import { BootstrapToken } from '../../../schema/api/platform.ts';
import { NodeRole } from '../../../schema/roles.ts';
import { type Group, optional, type Row, repeated } from '../command-table.ts';
import { hours } from '../hours.ts';
import { Cluster, countOf, type OfCluster, ofCluster } from './platform.ts';

interface Creating extends OfCluster {
  readonly role: string[];
  readonly pool: string[];
  readonly uses: number;
  readonly hours: number;
  readonly automatic?: boolean;
}

const list: Row<Cluster> = {
  command: 'list',
  about: 'the tokens, without their secret',
  example: 'list --cluster eu-one',
  options: [ofCluster],
  async run(cluster) {
    const value = await cluster.get('/bootstrap-tokens', BootstrapTokenList);
    const rows = value.tokens.map(
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
    return { value, rows: [['TOKEN', 'ROLES', 'POOLS', 'APPROVAL', 'LEFT', 'STATE', 'UNTIL'], ...rows] };
  },
};

const create: Row<Cluster> = {
  command: 'create',
  about: 'a token, shown this once',
  example: 'create --cluster eu-one --role service --pool office --hours 2',
  options: [
    ofCluster,
    repeated('--role <role>', `what its nodes may be: ${NodeRole.options.join(', ')}; once for each`),
    repeated('--pool <name>', 'an egress pool its nodes serve; once for each'),
    optional('--uses <n>', 'how many nodes may enrol with it').default(1).argParser(countOf),
    optional('--hours <n>', 'how long it is good, 30 days at most').default(24, '24').argParser(hours),
    optional('--automatic', 'nobody has to approve the nodes'),
  ],
  async run(cluster, { role, pool, uses, hours: time, automatic }: Creating) {
    const value = await cluster.send('POST', '/bootstrap-tokens', BootstrapToken, {
      roles: role,
      egressPools: pool,
      uses,
      expiresIn: Math.round(time * 3600),
      approval: automatic ? 'automatic' : 'required',
    });
    const kept = `Keep it now: it is not shown again. Good until ${value.expiresAt}; its id is ${value.id}.`;
    return { value, line: `${value.token}\n${kept}` };
  },
};

const revoke: Row<Cluster> = {
  command: 'revoke <token>',
  about: 'nobody enrols with it any more, by its id, and who waits by it stays outside',
  example: 'revoke 3c1f… --cluster eu-one --yes',
  options: [ofCluster],
  asks: (_, token) => `The bootstrap token ${token} will be worthless.`,
  async run(cluster, _, token = '') {
    await cluster.remove(`/bootstrap-tokens/${encodeURIComponent(token)}`);
    return { value: { revoked: token }, line: 'Revoked.' };
  },
};

export const nodeTokens: Group<Cluster> = {
  name: 'token',
  about: 'bootstrap tokens: what nodes enrol with',
  of: 'platform',
  target: Cluster.of,
  rows: [list, create, revoke],
};
