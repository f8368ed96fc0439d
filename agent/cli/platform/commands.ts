/** The commands of the platform's own people: clusters, nodes, organizations, administrators. */
import type { Command } from 'commander';
import { addGroup } from '../command-table.ts';
import type { Cli } from '../organization/organization.ts';
import { administrators } from './administrators.ts';
import { clusters } from './clusters.ts';
import { bootstrapTokens, nodes } from './nodes.ts';
import { organizations } from './organizations.ts';

export function platformCommands(program: Command, cli: Cli): void {
  for (const group of [organizations, administrators, clusters, nodes, bootstrapTokens])
    addGroup(program, cli, group);
}
