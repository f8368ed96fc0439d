/** `fabric cluster`: how it takes nodes in, and whose word its control plane is. */
import { type Command, Option } from 'commander';
import { ClusterPolicy, PartitionView } from '../../../schema/api/clusters.ts';
import { ApprovalPolicy, Quorum } from '../../../schema/cluster.ts';
import { table } from '../table.ts';
import { Cluster, type PlatformParts, type Which } from './cluster.ts';
import { which } from './node.ts';

interface Changing extends Which {
  readonly approval?: ApprovalPolicy;
  readonly approvalHours?: string;
  readonly quorum?: Quorum;
}

const VERBS = {
  split: 'have this side stand back: nothing that widens trust is done here',
  promote: 'make this side the authority, when most of its nodes are out of reach',
  merge: 'end the division: this side is the authority, above all epochs that were seen',
} as const;

export function clusterCommands(program: Command, parts: PlatformParts): void {
  const cluster = program.command('cluster').description('a cluster’s policy and its authority');
  which(parts, cluster.command('policy'))
    .description('how the cluster takes nodes in; with options: changes it')
    .addOption(new Option('--approval <when>', 'who must be approved').choices(ApprovalPolicy.options))
    .option('--approval-hours <n>', 'how long a node may wait')
    .addOption(new Option('--quorum <rule>', 'by what authority is proven').choices(Quorum.options))
    .action(async (options: Changing) => {
      const { approval, approvalHours, quorum } = options;
      const change = {
        ...(approval ? { approval } : {}),
        ...(approvalHours ? { approvalHours: Number(approvalHours) } : {}),
        ...(quorum ? { quorum } : {}),
      };
      const of = await Cluster.of(parts.api, options.cluster);
      const policy =
        Object.keys(change).length === 0
          ? await of.get('/policy', ClusterPolicy)
          : ClusterPolicy.parse(await of.send('PATCH', '/policy', change));
      if (options.json) return parts.printJson(policy);
      parts.print(table(Object.entries(policy).map(([key, value]) => [key, String(value)])));
    });
  which(parts, cluster.command('partition'))
    .description('whether this control plane can prove to be the one authority')
    .action(async (options: Which) => {
      const of = await Cluster.of(parts.api, options.cluster);
      show(parts, options, await of.get('/partition', PartitionView));
    });
  for (const [verb, about] of Object.entries(VERBS))
    which(parts, cluster.command(verb))
      .description(about)
      .requiredOption('--reason <why>', 'for the audit')
      .action(async (options: Which & { reason: string }) => {
        const of = await Cluster.of(parts.api, options.cluster);
        const { epoch } = await of.get('/partition', PartitionView);
        const body = { epoch, reason: options.reason };
        show(parts, options, PartitionView.parse(await of.send('POST', `/partition/${verb}`, body)));
      });
}

function show(parts: PlatformParts, { json }: Which, view: PartitionView): void {
  if (json) return parts.printJson(view);
  const { epoch, authority, witnesses, heard, proven, because } = view;
  parts.print(
    table([
      ['epoch', String(epoch)],
      ['authority', authority],
      ['nodes heard', `${heard} of ${witnesses}`],
      ['proven', proven ? 'yes' : `no: ${because}`],
    ]),
  );
}
