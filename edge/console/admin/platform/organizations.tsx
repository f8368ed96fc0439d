/** The organizations of the platform: make one, say what it may have, name its first owner. */
import { ClusterId } from '../../../../schema/ids.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { organizationAddress } from '../../place.ts';
import { Dialog } from '../dialog.tsx';
import { Choice, Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { PlatformPage } from '../props.ts';
import { Table } from '../table.tsx';
import { useWork } from '../work.tsx';
import { QuotaForm } from './quota-form.tsx';

export function OrganizationsPage({ client, may }: PlatformPage) {
  const work = useWork(async () => {
    const [{ organizations }, { clusters }] = await Promise.all([
      answered(client.GET('/v1/platform/organizations')),
      answered(client.GET('/v1/platform/clusters')),
    ]);
    return { organizations, clusters };
  });
  const { value, open, close } = work;
  const create = () =>
    open((done) => (
      <Dialog title="Make an organization" close={close}>
        <Form
          label="Make it"
          testId="save-organization"
          submit={(field) => {
            const body = { name: field('name').trim(), cluster: ClusterId.parse(field('cluster')) };
            return client.POST('/v1/platform/organizations', { body }).then(done);
          }}
        >
          <Text name="name" label="Name" hint="Lower case letters, digits and hyphens; it stays" required />
          <Choice
            name="cluster"
            label="Cluster"
            options={(value?.clusters ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form>
      </Dialog>
    ));
  const quotas = (org: string, name: string) =>
    open(() => <QuotaForm client={client} org={org} name={name} close={close} />);
  return (
    <Frame
      title="Organizations"
      intro="The platform sees their names and quotas, nothing inside. One that has no owner yet can be opened to invite its first."
      work={work}
      actions={
        may('organizations.manage') && (
          <button type="button" onClick={create} data-testid="new-organization">
            Make an organization
          </button>
        )
      }
    >
      {({ organizations }) => (
        <Table
          label="Organizations"
          rows={organizations}
          keyOf={({ name }) => name}
          empty="There is no organization yet: make the first."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            { title: 'Id', text: ({ id }) => id, show: ({ id }) => <code class="mono">{id}</code> },
          ]}
          actions={({ id, name }) => (
            <>
              {may('administrators.manage') && <a href={organizationAddress(id, 'members')}>Members</a>}
              {may('quotas.manage') && (
                <button type="button" class="quiet" onClick={() => quotas(id, name)}>
                  Quotas
                </button>
              )}
            </>
          )}
        />
      )}
    </Frame>
  );
}
