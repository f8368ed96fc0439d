/** `fabric webhooks`: where an organization's events are sent, and how that went. */

import { DeliveryList, NewWebhook, WebhookList, WebhookView } from '../../../schema/api/webhooks.ts';
import { type Group, optional, repeated, required } from '../command-table.ts';
import { Nothing, type Options, Organization, pick } from './organization.ts';

interface Creating extends Options {
  readonly url: string;
  readonly type: string[];
}
interface Changing extends Options {
  readonly url?: string;
  readonly type: string[];
}

async function pathOf(organization: Organization, name: string): Promise<string> {
  const { webhooks } = await organization.get('/webhooks', WebhookList);
  return `/webhooks/${pick(webhooks, name, 'webhook', (one) => one.name).id}`;
}

const only = repeated('--type <event>', 'only events of this type; once for each, all without it');

export const webhooks: Group<Organization> = {
  name: 'webhooks',
  about: 'where events are sent, signed',
  of: 'organization',
  target: Organization.of,
  rows: [
    {
      command: 'list',
      isDefault: true,
      about: 'every webhook, and since when it fails',
      example: 'list',
      async run(organization) {
        const value = await organization.get('/webhooks', WebhookList);
        const rows = value.webhooks.map(({ name, url, types, enabled, failingSince }) => [
          name,
          url,
          types.join(' ') || 'all',
          enabled ? 'on' : 'off',
          failingSince ?? '-',
        ]);
        return { value, rows: [['WEBHOOK', 'URL', 'EVENTS', 'STATE', 'FAILING SINCE'], ...rows] };
      },
    },
    {
      command: 'create <webhook>',
      about: 'send events to an address; the secret they are signed with is shown this once',
      example: 'create siem --url https://siem.example.com/fabric --type session.open',
      options: [required('--url <url>', 'where to'), only],
      async run(organization, { url, type: types }: Creating, name) {
        const value = await organization.send('POST', '/webhooks', NewWebhook, { name, url, types });
        return { value, line: `${value.secret}\nKeep it now: it is not shown again.` };
      },
    },
    {
      command: 'change <webhook>',
      about: 'send elsewhere, or other events',
      example: 'change siem --url https://siem.example.com/new',
      options: [optional('--url <url>', 'where to'), only],
      async run(organization, { url, type }: Changing, name) {
        const body = { ...(url ? { url } : {}), ...(type.length > 0 ? { types: type } : {}) };
        const value = await organization.send('PATCH', await pathOf(organization, name), WebhookView, body);
        return { value, line: `${name} gets ${value.types.join(' ') || 'every event'} at ${value.url}.` };
      },
    },
    ...(['on', 'off'] as const).map((state) => ({
      command: `switch-${state} <webhook>`,
      about: state === 'on' ? 'send to it (again)' : 'send nothing to it for now',
      example: `switch-${state} siem`,
      run: async (organization: Organization, _: Options, name: string) => {
        const path = await pathOf(organization, name);
        const value = await organization.send('PATCH', path, WebhookView, { enabled: state === 'on' });
        return { value, line: `${name} is ${state} now.` };
      },
    })),
    {
      command: 'deliveries <webhook>',
      about: 'what was sent to it and what it answered, newest first',
      example: 'deliveries siem --limit 20',
      options: [optional('--limit <n>', 'how many, at most 200').default('50')],
      async run(organization, { limit }: Options & { limit: string }, name) {
        const path = `${await pathOf(organization, name)}/deliveries?${new URLSearchParams({ limit })}`;
        const value = await organization.get(path, DeliveryList);
        const rows = value.deliveries.map(({ id, createdAt, type, state, attempts, status, error }) => [
          id,
          createdAt,
          type,
          state,
          String(attempts),
          String(status ?? error ?? '-'),
        ]);
        return { value, rows: [['DELIVERY', 'AT', 'EVENT', 'STATE', 'TRIES', 'ANSWER'], ...rows] };
      },
    },
    {
      command: 'redeliver <webhook> <delivery>',
      about: 'send a delivery again',
      example: 'redeliver siem 5d0c…',
      async run(organization, _, name, delivery) {
        const path = `${await pathOf(organization, name)}/deliveries/${encodeURIComponent(delivery)}/redeliver`;
        await organization.send('POST', path, Nothing);
        return { value: { redelivered: delivery }, line: 'It is sent again.' };
      },
    },
    {
      command: 'test <webhook>',
      about: 'send it an event that means nothing',
      example: 'test siem',
      async run(organization, _, name) {
        await organization.send('POST', `${await pathOf(organization, name)}/test`, Nothing);
        return { value: { tested: name }, line: `Sent; see: fabric webhooks deliveries ${name}` };
      },
    },
    {
      command: 'remove <webhook>',
      about: 'send nothing to it any more, and forget it and its deliveries',
      example: 'remove siem --yes',
      asks: (_, name) => `The webhook ${name}, its secret and its deliveries will be gone.`,
      async run(organization, _, name) {
        await organization.remove(await pathOf(organization, name));
        return { value: { removed: name }, line: `${name} is no webhook any more.` };
      },
    },
  ],
};
