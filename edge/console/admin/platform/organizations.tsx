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
import { whenOf } from '../words.ts';
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
  const decide = (org: string, name: string, verb: 'suspend' | 'resume') =>
    open((done) => (
      <Dialog title={verb === 'suspend' ? `Suspend ${name}?` : `Resume ${name}?`} close={close}>
        <p>
          {verb === 'suspend'
            ? 'Its sessions end now. Nobody gets in, and its API keys, jobs and webhooks rest until it is resumed.'
            : 'Everything in it works again, but for the sessions that were ended.'}
        </p>
        <Form
          label={verb === 'suspend' ? 'Suspend it' : 'Resume it'}
          testId="decide-organization"
          danger={verb === 'suspend'}
          submit={(field) => {
            const asked = { params: { path: { org } }, body: { reason: field('reason').trim() } };
            const path = '/v1/platform/organizations/{org}';
            const sent =
              verb === 'suspend'
                ? client.POST(`${path}/suspend`, asked)
                : client.POST(`${path}/resume`, asked);
            return sent.then(done);
          }}
        >
          <Text name="reason" label="Reason" hint="Both trails keep it" required />
        </Form>
      </Dialog>
    ));
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
            {
              title: 'State',
              text: ({ suspendedAt }) =>
                suspendedAt === null ? 'at work' : `suspended ${whenOf(suspendedAt)}`,
            },
            { title: 'Id', text: ({ id }) => id, show: ({ id }) => <code class="mono">{id}</code> },
          ]}
          actions={({ id, name, suspendedAt }) => (
            <>
              {may('administrators.manage') && <a href={organizationAddress(id, 'members')}>Members</a>}
              {may('quotas.manage') && (
                <button type="button" class="quiet" onClick={() => quotas(id, name)}>
                  Quotas
                </button>
              )}
              {may('organizations.suspend') && (
                <button
                  type="button"
                  class="quiet"
                  onClick={() => decide(id, name, suspendedAt === null ? 'suspend' : 'resume')}
                >
                  {suspendedAt === null ? 'Suspend' : 'Resume'}
                </button>
              )}
            </>
          )}
        />
      )}
    </Frame>
  );
}
