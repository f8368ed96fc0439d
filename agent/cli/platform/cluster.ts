/** `fabric cluster`: domains of trust and routing, how each takes nodes in, and whose word its control plane is. */
import { Option } from 'commander';
import { ClusterPolicy, PartitionView } from '../../../schema/api/clusters.ts';
import { ClusterView } from '../../../schema/api/platform.ts';
import { ApprovalPolicy, Quorum } from '../../../schema/cluster.ts';
import { type Group, type Outcome, optional, type Row, repeated, required } from '../command-table.ts';
import type { Options } from '../organization/organization.ts';
import { Cluster, ClusterList, countOf, ofCluster, Platform } from './platform.ts';

interface Changing extends Options {
  readonly approval?: ApprovalPolicy;
  readonly approvalHours?: number;
  readonly quorum?: Quorum;
}

const VERBS = {
  split: 'have this side stand back: nothing that widens trust is done here',
  promote: 'make this side the authority, when most of its nodes are out of reach',
  merge: 'end the division: this side is the authority, above all epochs that were seen',
} as const;

const list: Row<Platform> = {
  command: 'list',
  isDefault: true,
  about: 'every cluster',
  example: 'list',
  async run(platform) {
    const value = await platform.get('/clusters', ClusterList);
    return { value, rows: [['CLUSTER', 'ID'], ...value.clusters.map(({ id, name }) => [name, id])] };
  },
};

const create: Row<Platform> = {
  command: 'create <cluster>',
  about: 'make one: its certificate authority and its signing key',
  example: 'create eu-one --origin https://fabric.example.com',
  options: [repeated('--origin <url>', "where browsers may come from, as the console's; once for each")],
  async run(platform, { origin: origins }: Options & { origin?: string[] }, name) {
    const value = await platform.send('POST', '/clusters', ClusterView, { name, origins });
    return { value, line: `There is a cluster ${name} now.` };
  },
};

const policy: Row<Cluster> = {
  command: 'policy',
  about: 'how the cluster takes nodes in; with options: changes it',
  example: 'policy --cluster eu-one --approval always',
  options: [
    ofCluster,
    new Option('--approval <when>', 'who must be approved').choices(ApprovalPolicy.options),
    optional('--approval-hours <n>', 'how long a node may wait').argParser(countOf),
    new Option('--quorum <rule>', 'by what authority is proven').choices(Quorum.options),
  ],
  async run(cluster, { approval, approvalHours, quorum }: Changing) {
    const change = {
      ...(approval ? { approval } : {}),
      ...(approvalHours ? { approvalHours } : {}),
      ...(quorum ? { quorum } : {}),
    };
    const value =
      Object.keys(change).length === 0
        ? await cluster.get('/policy', ClusterPolicy)
        : await cluster.send('PATCH', '/policy', ClusterPolicy, change);
    return { value, rows: Object.entries(value).map(([key, text]) => [key, String(text)]) };
  },
};

const partition: Row<Cluster> = {
  command: 'partition',
  about: 'whether this control plane can prove to be the one authority',
  example: 'partition --cluster eu-one',
  options: [ofCluster],
  run: async (cluster) => shown(await cluster.get('/partition', PartitionView)),
};

const deciding = (verb: keyof typeof VERBS): Row<Cluster> => ({
  command: verb,
  about: VERBS[verb],
  example: `${verb} --cluster eu-one --reason "the other site burnt"`,
  options: [ofCluster, required('--reason <why>', 'for the audit')],
  async run(cluster, { reason }: Options & { reason?: string }) {
    const { epoch } = await cluster.get('/partition', PartitionView);
    return shown(await cluster.send('POST', `/partition/${verb}`, PartitionView, { epoch, reason }));
  },
});

function shown(view: PartitionView): Outcome {
  const { epoch, authority, witnesses, heard, proven, because } = view;
  return {
    value: view,
    rows: [
      ['epoch', String(epoch)],
      ['authority', authority],
      ['nodes heard', `${heard} of ${witnesses}`],
      ['proven', proven ? 'yes' : `no: ${because}`],
    ],
  };
}

const about = 'domains of trust and routing: which there are, their policy and their authority';

export const clusterList: Group<Platform> = {
  name: 'cluster',
  about,
  of: 'platform',
  target: Platform.of,
  rows: [list, create],
};
export const clusterGroup: Group<Cluster> = {
  ...clusterList,
  target: Cluster.of,
  rows: [policy, partition, deciding('split'), deciding('promote'), deciding('merge')],
};
