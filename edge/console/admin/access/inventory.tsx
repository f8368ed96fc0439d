/** All resources with their targets, for those who manage them. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { useWork } from '../work.tsx';
import { labelsText } from './grant-text.ts';
import { ResourceForm } from './resource-form.tsx';

export function InventoryPage({ api, client }: OrganizationPage) {
  const work = useWork(() => answered(client.GET('/v1/orgs/{org}/inventory', api.here)));
  const { value, ask, open, close } = work;
  type Resource = NonNullable<typeof value>['resources'][number];
  const edit = (resource?: Resource) =>
    open((done) => <ResourceForm api={api} resource={resource} close={close} done={done} />);
  const remove = ({ id, name }: Resource) =>
    ask({
      title: `Delete ${name}?`,
      text: 'Sessions on it end; its credential and what was granted on it are gone.',
      label: 'Delete',
      work: () => client.DELETE('/v1/orgs/{org}/resources/{resource}', api.at({ resource: id })),
    });
  return (
    <Frame
      title="Inventory"
      intro="Everything that can be reached, and where it is. Who reaches it is said by grants."
      work={work}
      actions={
        <button type="button" onClick={() => edit()} data-testid="new-resource">
          Add a resource
        </button>
      }
    >
      {({ resources }) => (
        <Table
          label="Resources"
          rows={resources}
          keyOf={({ name }) => name}
          empty="There is nothing to reach yet: add a machine or a service."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            {
              title: 'Protocol',
              text: ({ protocol }) => protocol,
              show: ({ protocol }) => <span class={`protocol ${protocol}`}>{protocol}</span>,
            },
            { title: 'Target', text: ({ target }) => `${target.host}:${target.port}` },
            { title: 'Egress pool', text: ({ egressPool }) => egressPool },
            { title: 'Labels', text: ({ labels }) => labelsText(labels) },
            { title: 'Credential', text: ({ hasCredential }) => (hasCredential ? 'kept' : 'none') },
          ]}
          actions={(resource) => (
            <>
              <button type="button" class="quiet" onClick={() => edit(resource)}>
                Edit
              </button>
              <button type="button" class="quiet" onClick={() => remove(resource)}>
                Delete
              </button>
            </>
          )}
        />
      )}
    </Frame>
  );
}
