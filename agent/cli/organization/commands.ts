/** The commands about an organization itself: its people, what they may do, its keys, sessions and whom it tells what happens. */
import type { Command } from 'commander';
import { addGroup } from '../command-table.ts';
import { accessRequests } from './access-requests.ts';
import { apiKeyCommands } from './api-keys.ts';
import { grantCommands } from './grants.ts';
import { groupCommands } from './groups.ts';
import { invitations } from './invitations.ts';
import { memberCommands } from './members.ts';
import type { Cli } from './organization.ts';
import { quotas } from './quotas.ts';
import { recordings } from './recordings.ts';
import { resources } from './resources.ts';
import { roleCommands } from './roles.ts';
import { sessions } from './sessions.ts';
import { supportAccess } from './support-access.ts';
import { webhooks } from './webhooks.ts';

export function organizationCommands(program: Command, cli: Cli): void {
  for (const add of [memberCommands, roleCommands, groupCommands, grantCommands, apiKeyCommands])
    add(program, cli);
  for (const group of [
    resources,
    sessions,
    recordings,
    accessRequests,
    invitations,
    quotas,
    webhooks,
    supportAccess,
  ])
    addGroup(program, cli, group);
}
