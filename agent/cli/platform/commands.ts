/** The commands of the platform's own people: clusters, nodes, organizations, administrators. */
import type { Command } from 'commander';
import { addGroup } from '../command-table.ts';
import type { Cli } from '../organization/organization.ts';
import { administrators } from './administrators.ts';
import { clusterGroup, clusterList } from './cluster.ts';
import { nodeGroup } from './node.ts';
import { nodeTokens } from './node-token.ts';
import { organizations } from './organizations.ts';

/** @returns `fabric node`, which the commands of this host's own node join */
export function platformCommands(program: Command, cli: Cli): Command {
  for (const group of [organizations, administrators, clusterList]) addGroup(program, cli, group);
  addGroup(program, cli, clusterGroup);
  const node = addGroup(program, cli, nodeGroup);
  addGroup(node, cli, nodeTokens);
  return node;
}
