/** `fabric resources`: what one may reach; and for those who manage them, all of them with their labels. */
import { ManagedResource, ManagedResourceList, ResourceList } from '../../../schema/api/resources.ts';
import type { Labels } from '../../../schema/policy.ts';
import { Refusal } from '../../../schema/refusal.ts';
import type { Group } from '../command-table.ts';
import { labelsText, splitAt } from './labels.ts';
import { Organization, pick } from './organization.ts';

export const resources: Group<Organization> = {
  name: 'resources',
  about: 'what you may reach',
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'what you may reach',
      example: 'list',
      async run(organization) {
        const value = await organization.get('/resources', ResourceList);
        const rows = value.resources.map(({ name, protocol, channels }) => [
          name,
          protocol,
          Object.keys(channels).join(' '),
        ]);
        return { value, rows: [['NAME', 'PROTOCOL', 'CHANNELS'], ...rows] };
      },
    },
    {
      command: 'inventory',
      about: 'every resource of the organization, with its labels and where it is reached from',
      example: 'inventory',
      async run(organization) {
        const value = await organization.get('/inventory', ManagedResourceList);
        const rows = value.resources.map(({ name, protocol, egressPool, target, labels }) => [
          name,
          protocol,
          `${target.host}:${target.port}`,
          egressPool,
          labelsText(labels) || '-',
        ]);
        return { value, rows: [['NAME', 'PROTOCOL', 'TARGET', 'EGRESS POOL', 'LABELS'], ...rows] };
      },
    },
    {
      command: 'label <resource> <labels...>',
      about: 'give it labels (key=value) or take them (key-); sessions that then may not be end',
      example: 'label demo-shell env=live team-',
      async run(organization, _, name, ...changes) {
        const all = await organization.get('/inventory', ManagedResourceList);
        const { id, labels } = pick(all.resources, name, 'resource', (one) => one.name);
        const body = { labels: changed(labels, changes) };
        const value = await organization.send('PATCH', `/resources/${id}`, ManagedResource, body);
        return { value, line: `${name} has ${labelsText(value.labels) || 'no labels'} now.` };
      },
    },
    {
      command: 'sessions <resource> [settings...]',
      about: 'what its sessions may be; with key=value, changes that for sessions that start from now on',
      example: 'sessions demo-shell takeover=ask observe=permitted idleSeconds=900 recording=required',
      async run(organization, _, name, ...settings) {
        const all = await organization.get('/inventory', ManagedResourceList);
        const found = pick(all.resources, name, 'resource', (one) => one.name);
        const before = found.sessionPolicy;
        const sessionPolicy = { ...before, ...Object.fromEntries(settings.map(setting)) };
        const { sessionPolicy: value } =
          settings.length === 0
            ? found
            : await organization.send('PATCH', `/resources/${found.id}`, ManagedResource, { sessionPolicy });
        const rows = Object.entries(value).map(([key, given]) => [key, String(given ?? '-')]);
        return { value, rows: [['SETTING', 'VALUE'], ...rows] };
      },
    },
  ],
};

/** Numbers, true, false and null are what they say; anything else is a word. */
function setting(text: string): [string, unknown] {
  const [key, value] = splitAt(text, '=');
  return [key, /^(\d+|true|false|null)$/.test(value) ? JSON.parse(value) : value];
}

function changed(labels: Labels, changes: readonly string[]): Labels {
  const result = { ...labels };
  for (const change of changes) {
    if (change.includes('=')) {
      const [key, value] = splitAt(change, '=');
      result[key] = value;
    } else if (change.endsWith('-')) delete result[change.slice(0, -1)];
    else throw new Refusal('bad_request', `write it as key=value or key-, not ${change}`);
  }
  return result;
}
