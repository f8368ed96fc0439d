/** Webhooks: where events are sent to. */
import { answered } from '../../api.ts';
import { organizationAddress } from '../../place.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { whenOf } from '../words.ts';
import { useWork } from '../work.tsx';
import { Deliveries } from './deliveries.tsx';
import { WebhookForm } from './webhook-form.tsx';

const ONE = '/v1/orgs/{org}/webhooks/{webhook}';

export function WebhooksPage(page: OrganizationPage) {
  return page.item === undefined ? <Webhooks {...page} /> : <Deliveries {...page} webhook={page.item} />;
}

function Webhooks({ api, client, orgName }: OrganizationPage) {
  const work = useWork(() => answered(client.GET('/v1/orgs/{org}/webhooks', api.here)));
  const { value, ask, open, close, again, act } = work;
  type Webhook = NonNullable<typeof value>['webhooks'][number];
  const edit = (webhook?: Webhook) =>
    open(() => <WebhookForm api={api} webhook={webhook} close={close} saved={again} />);
  const turn = ({ id, enabled }: Webhook) =>
    act(() => client.PATCH(ONE, { ...api.at({ webhook: id }), body: { enabled: !enabled } }));
  const remove = ({ id, name }: Webhook) =>
    ask({
      title: `Delete the webhook ${name}?`,
      text: 'Nothing is sent there any more, and the log of what was sent is gone.',
      label: 'Delete',
      work: () => client.DELETE(ONE, api.at({ webhook: id })),
    });
  return (
    <Frame
      title="Webhooks"
      intro="Events are sent there as they happen, signed."
      work={work}
      actions={
        <button type="button" onClick={() => edit()} data-testid="new-webhook">
          Add a webhook
        </button>
      }
    >
      {({ webhooks }) => (
        <Table
          label="Webhooks"
          rows={webhooks}
          keyOf={({ name }) => name}
          empty="Nothing is told elsewhere yet. Add a webhook to send events to another system."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            { title: 'Address', text: ({ url }) => url },
            { title: 'Events', text: ({ types }) => types.join(', ') || 'all' },
            { title: 'State', text: stateOf },
          ]}
          actions={(webhook) => (
            <>
              <a href={organizationAddress(orgName, 'webhooks', webhook.id)}>Log</a>
              <button type="button" class="quiet" onClick={() => turn(webhook)}>
                {webhook.enabled ? 'Switch off' : 'Switch on'}
              </button>
              <button type="button" class="quiet" onClick={() => edit(webhook)}>
                Edit
              </button>
              <button type="button" class="quiet" onClick={() => remove(webhook)}>
                Delete
              </button>
            </>
          )}
        />
      )}
    </Frame>
  );
}

function stateOf({ enabled, failingSince }: { enabled: boolean; failingSince: string | null }): string {
  if (!enabled) return failingSince === null ? 'off' : `switched off: failing since ${whenOf(failingSince)}`;
  return failingSince === null ? 'on' : `failing since ${whenOf(failingSince)}`;
}
