/** The clusters; each opens to its nodes. */
import { CreateCluster } from '../../../../schema/api/platform.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { platformAddress } from '../../place.ts';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Text, TextArea, wordsOf } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { PlatformPage } from '../props.ts';
import { Table } from '../table.tsx';
import { useWork } from '../work.tsx';
import { NodesPage } from './nodes.tsx';

export function ClustersPage(page: PlatformPage) {
  return page.item === undefined ? <Clusters {...page} /> : <NodesPage {...page} cluster={page.item} />;
}

function Clusters({ client, may }: PlatformPage) {
  const work = useWork(() => answered(client.GET('/v1/platform/clusters')));
  const { open, close } = work;
  const create = () =>
    open((done) => (
      <Dialog title="Make a cluster" close={close}>
        <Form
          label="Make it"
          testId="save-cluster"
          submit={(field) => {
            const wanted = { name: field('name').trim(), origins: wordsOf(field('origins')) };
            return client.POST('/v1/platform/clusters', { body: checked(CreateCluster, wanted) }).then(done);
          }}
        >
          <Text name="name" label="Name" required />
          <TextArea
            name="origins"
            label="Where its console is served from"
            placeholder="https://fabric.example.com"
            hint="Entry nodes let browsers in from these addresses only"
          />
        </Form>
      </Dialog>
    ));
  return (
    <Frame
      title="Clusters and nodes"
      intro="A cluster trusts its own nodes and no others: it has its own certificate authority and signing key."
      work={work}
      actions={
        may('clusters.manage') && (
          <button type="button" onClick={create} data-testid="new-cluster">
            Make a cluster
          </button>
        )
      }
    >
      {({ clusters }) => (
        <Table
          label="Clusters"
          rows={clusters}
          keyOf={({ name }) => name}
          empty="There is no cluster yet: make the first, then bring its nodes in."
          columns={[
            {
              title: 'Name',
              text: ({ name }) => name,
              show: ({ id, name }) => <a href={platformAddress('clusters', id)}>{name}</a>,
            },
            { title: 'Id', text: ({ id }) => id, show: ({ id }) => <code class="mono">{id}</code> },
          ]}
        />
      )}
    </Frame>
  );
}
