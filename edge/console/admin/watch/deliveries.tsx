/** What was sent to a webhook, and what it answered. */
import { answered } from '../../api.ts';
import { organizationAddress } from '../../place.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

const ONE = '/v1/orgs/{org}/webhooks/{webhook}';

export function Deliveries({ api, client, orgName, webhook }: OrganizationPage & { webhook: string }) {
  const work = useWork(() => answered(client.GET(`${ONE}/deliveries`, api.at({ webhook }))));
  const test = () => work.act(() => client.POST(`${ONE}/test`, api.at({ webhook })));
  const again = (delivery: string) =>
    work.act(() => client.POST(`${ONE}/deliveries/{delivery}/redeliver`, api.at({ webhook, delivery })));
  return (
    <Frame
      title="Deliveries"
      intro={<a href={organizationAddress(orgName, 'webhooks')}>Back to the webhooks</a>}
      work={work}
      actions={
        <>
          <button type="button" class="second" onClick={() => void work.again()}>
            Look again
          </button>
          <button type="button" onClick={test} data-testid="test-webhook">
            Send a test
          </button>
        </>
      }
    >
      {({ deliveries }) => (
        <Table
          label="Deliveries"
          rows={deliveries}
          keyOf={({ id }) => id}
          empty="Nothing was sent yet. Send a test; it takes a moment to be on its way."
          columns={[
            {
              title: 'When',
              text: ({ createdAt }) => whenOf(createdAt),
              order: ({ createdAt }) => orderOf(createdAt),
            },
            { title: 'Event', text: ({ type, eventSeq }) => `${type} (${eventSeq})` },
            { title: 'State', text: ({ state, attempts }) => `${state}, ${attempts} attempts` },
            {
              title: 'Answer',
              text: ({ status, answer, error }) => [status, error, answer].filter((part) => part).join(' '),
            },
            { title: 'Next try', text: ({ nextAt }) => (nextAt === null ? '' : whenOf(nextAt)) },
          ]}
          actions={({ id, state }) =>
            state !== 'pending' && (
              <button type="button" class="quiet" onClick={() => again(id)}>
                Send again
              </button>
            )
          }
        />
      )}
    </Frame>
  );
}
