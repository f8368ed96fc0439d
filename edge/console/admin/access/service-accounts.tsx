/** Programs that act in the organization, and their keys. */
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { Dialog } from '../dialog.tsx';
import { Choice, Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import { roleNames } from '../people/role-dialog.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { roleOptions, roleText } from '../words.ts';
import { useWork } from '../work.tsx';
import { KeyForm } from './key-form.tsx';
import { Keys } from './keys.tsx';

export function ServiceAccountsPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const [{ serviceAccounts }, roles] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}/service-accounts', api.here)),
      roleNames(api, may),
    ]);
    return { accounts: serviceAccounts, roles };
  });
  const keys = useWork(() => answered(client.GET('/v1/orgs/{org}/api-keys', api.here)));
  const { value, ask, open, close } = work;
  type Account = NonNullable<typeof value>['accounts'][number];
  const roles = (value?.roles ?? []).filter((role) => role !== 'organization_owner');
  const create = () =>
    open((done) => (
      <Dialog title="Make a service account" close={close}>
        <Form
          label="Make it"
          testId="save-account"
          submit={(field) =>
            client
              .POST('/v1/orgs/{org}/service-accounts', {
                ...api.here,
                body: { name: field('name'), role: field('role') },
              })
              .then(done)
          }
        >
          <Text name="name" label="Name" hint="ci, backup, monitoring…" required />
          <Choice name="role" label="Role" value="organization_user" options={roleOptions(roles)} />
        </Form>
      </Dialog>
    ));
  const newKey = (account: Account) =>
    open(() => <KeyForm api={api} account={account} close={close} made={keys.again} />);
  const remove = ({ id, name }: Account) =>
    ask({
      title: `Delete ${name}?`,
      text: 'All its keys end, and what was granted to it is gone.',
      label: 'Delete',
      work: () =>
        client.DELETE('/v1/orgs/{org}/service-accounts/{account}', api.at({ account: id })).then(keys.again),
    });
  return (
    <Frame
      title="Service accounts"
      intro="Programs come in by a key of a service account. A key is shown once, when it is made."
      work={work}
      actions={
        <button type="button" onClick={create} data-testid="new-account">
          Make a service account
        </button>
      }
    >
      {({ accounts }) => (
        <>
          <Table
            label="Service accounts"
            rows={accounts}
            keyOf={({ name }) => name}
            empty="No program comes in yet. Make a service account, then a key for it."
            columns={[
              { title: 'Name', text: ({ name }) => name },
              { title: 'Role', text: ({ role }) => roleText(role) },
            ]}
            actions={(account) => (
              <>
                <button type="button" class="quiet" onClick={() => newKey(account)}>
                  New key
                </button>
                <button type="button" class="quiet" onClick={() => remove(account)}>
                  Delete
                </button>
              </>
            )}
          />
          <Keys api={api} keys={keys} nameOf={(id) => accounts.find((each) => each.id === id)?.name ?? id} />
        </>
      )}
    </Frame>
  );
}
