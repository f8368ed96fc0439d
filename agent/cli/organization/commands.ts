/** The commands about an organization itself: its people, what they may do, and its keys. */
import type { Command } from 'commander';
import { apiKeyCommands } from './api-keys.ts';
import { grantCommands } from './grants.ts';
import { groupCommands } from './groups.ts';
import { memberCommands } from './members.ts';
import type { Cli } from './organization.ts';
import { roleCommands } from './roles.ts';

export function organizationCommands(program: Command, cli: Cli): void {
  for (const add of [memberCommands, roleCommands, groupCommands, grantCommands, apiKeyCommands])
    add(program, cli);
}
