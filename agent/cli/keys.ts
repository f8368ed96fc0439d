/** `fabric keys`: the key service, exchanging keys, and what an organization's own key was used for. */
import type { Command } from 'commander';
import { ClusterKeysView, KeyOperationView, KeyServiceView, KeyUseList } from '../../schema/api/keys.ts';
import type { CommandParts, Common } from './common.ts';
import { table } from './table.ts';

interface Giving extends Common {
  readonly reason: string;
}

export function keyCommands(program: Command, parts: CommandParts): void {
  const group = program.command('keys').description('the keys that everything is sealed with');
  status(group, parts);
  uses(group, parts);
  operations(group, parts);
  clusterKeys(group, parts);
}

function status(group: Command, { api, common, print }: CommandParts): void {
  common(group.command('status'))
    .description('the key service, and what is done to keys (platform)')
    .action(async ({ json }: Common) => {
      const state = KeyServiceView.parse(await api.get('platform/keys'));
      if (json) return print(JSON.stringify(state));
      const { service } = state;
      print(
        service
          ? `${service.backend}: ${service.version} wraps; ${service.opens.join(' ')} open`
          : `the key service does not answer: ${state.error}`,
      );
      const rows = state.operations.map(({ id, kind, org, state, looked, moved, pass, error }) => [
        id,
        org === null ? kind : `${kind} ${org}`,
        state,
        `${moved} of ${looked}`,
        String(pass),
        error ?? '',
      ]);
      print(table([['OPERATION', 'KIND', 'STATE', 'MOVED', 'PASS', 'ERROR'], ...rows]));
    });
}

function operations(group: Command, { api, common, print }: CommandParts): void {
  const start = async (body: object, { json }: Common) => {
    const made = KeyOperationView.parse(await api.send('POST', 'platform/keys/operations', body));
    print(json ? JSON.stringify(made) : `Started ${made.id}: watch it with fabric keys status.`);
  };
  common(group.command('rewrap'))
    .description('wrap every key by the newest version of the configured key service (platform)')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .action((options: Giving) => start({ kind: 'rewrap', reason: options.reason }, options));
  common(group.command('rotate [organization]'))
    .description('a new data key for one organization, by its id, or for all (platform)')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .action((org: string | undefined, options: Giving) =>
      start({ kind: 'rotate', ...(org === undefined ? {} : { org }), reason: options.reason }, options),
    );
  common(group.command('cancel <operation>'))
    .description('stop an operation; what it did stays done (platform)')
    .action(async (id: string, { json }: Common) => {
      await api.send('DELETE', `platform/keys/operations/${encodeURIComponent(id)}`);
      print(json ? JSON.stringify({ cancelled: id }) : 'Cancelled.');
    });
}

function uses(group: Command, { api, common, print }: CommandParts): void {
  common(group.command('uses'))
    .description("what your organization's key was used for, by minute, newest first")
    .option('--limit <n>', 'how many lines', '100')
    .option('--offset <n>', 'after so many', '0')
    .action(async (options: Common & { limit: string; offset: string }) => {
      const query = new URLSearchParams({ limit: options.limit, offset: options.offset });
      const org = await api.organization(options.org);
      const found = KeyUseList.parse(await api.get(`orgs/${org}/key-uses?${query}`));
      if (options.json) return print(JSON.stringify(found));
      const rows = found.uses.map(({ minute, purpose, subject, actor, uses: count }) => [
        minute,
        purpose,
        subject,
        actor,
        String(count),
      ]);
      print(table([['MINUTE', 'PURPOSE', 'SUBJECT', 'ACTOR', 'USES'], ...rows]));
    });
}

interface Stepping extends Giving {
  readonly force: boolean;
}

const STEPS = {
  introduce: 'make a new one and tell it to all nodes; it is not used yet',
  activate: 'the new one signs, the old one is still believed; waits until every live node knows it',
  retire: 'the old one is not believed any more; waits until nothing of it is in use',
  back: 'undo the last step',
} as const;

function clusterKeys(group: Command, { api, common, print }: CommandParts): void {
  const show = (answer: unknown, { json }: Common) => {
    const found = ClusterKeysView.parse(answer);
    if (json) return print(JSON.stringify(found));
    const rows = found.keys.map(({ purpose, phase, phaseAt, fingerprint }) => [
      purpose,
      phase,
      phaseAt,
      fingerprint,
    ]);
    print(table([['KEY', 'PHASE', 'SINCE', 'FINGERPRINT'], ...rows]));
    for (const [what, names] of Object.entries(found.waiting))
      if (names.length > 0) print(`${WAITING[what] ?? what}: ${names.join(', ')}`);
    if (found.overlapUntil !== null)
      print(`what the old signing key signed may be in use until ${found.overlapUntil}`);
  };
  common(group.command('cluster <cluster>'))
    .description("a cluster's CA and signing key, by its id, and what their rotation waits for (platform)")
    .action(async (cluster: string, options: Common) =>
      show(await api.get(`platform/clusters/${encodeURIComponent(cluster)}/keys`), options),
    );
  for (const [step, description] of Object.entries(STEPS))
    common(group.command(`${step} <cluster> <key>`))
      .description(`signing or ca: ${description} (platform)`)
      .requiredOption('--reason <text>', 'why, for the audit trail')
      .option('--force', 'do not wait: nodes that were not waited for may have to enrol anew', false)
      .action(async (cluster: string, key: string, options: Stepping) => {
        const path = `platform/clusters/${encodeURIComponent(cluster)}/keys/${encodeURIComponent(key)}/rotation`;
        const { reason, force } = options;
        show(await api.send('POST', path, { step, reason, force }), options);
      });
}

const WAITING: Readonly<Record<string, string>> = {
  toLearn: 'do not know the keys as they are yet',
  toRenew: 'show a certificate of another CA',
  away: 'silent for a day, and not waited for',
};
