/** Groups: what is granted to one, or the role it has, is everybody's in it. */
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { Dialog } from '../dialog.tsx';
import { Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { roleText } from '../words.ts';
import { useWork } from '../work.tsx';
import { GroupMembers } from './group-members.tsx';
import { RoleDialog, roleNames } from './role-dialog.tsx';

export function GroupsPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const [{ groups }, { members }, roles] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}/groups', api.here)),
      answered(client.GET('/v1/orgs/{org}/members', api.here)),
      roleNames(api, may),
    ]);
    return { groups, members, roles };
  });
  const { value, ask, open, close, again } = work;
  type Group = NonNullable<typeof value>['groups'][number];
  const emailOf = (id: string) => value?.members.find((member) => member.id === id)?.email ?? id;
  const create = () =>
    open((done) => (
      <Dialog title="Make a group" close={close}>
        <Form
          label="Make it"
          testId="save-group"
          submit={(field) =>
            client.POST('/v1/orgs/{org}/groups', { ...api.here, body: { name: field('name') } }).then(done)
          }
        >
          <Text name="name" label="Name" hint="Lower case letters, digits and hyphens" required />
        </Form>
      </Dialog>
    ));
  const setRole = ({ id, name, role }: Group) =>
    open((done) => (
      <RoleDialog
        title={`Role of the group ${name}`}
        roles={(value?.roles ?? []).filter((each) => each !== 'organization_owner')}
        role={role}
        optional
        close={close}
        save={(chosen) =>
          client
            .PUT('/v1/orgs/{org}/groups/{group}/role', {
              ...api.at({ group: id }),
              body: { role: chosen === '' ? null : chosen },
            })
            .then(done)
        }
      />
    ));
  const members = (group: Group) =>
    open(() => (
      <GroupMembers api={api} group={group} people={value?.members ?? []} close={close} changed={again} />
    ));
  const remove = ({ id, name }: Group) =>
    ask({
      title: `Delete the group ${name}?`,
      text: 'What was granted to the group is gone with it; sessions that hung on it end.',
      label: 'Delete',
      work: () => client.DELETE('/v1/orgs/{org}/groups/{group}', api.at({ group: id })),
    });
  const manages = may('members.manage');
  return (
    <Frame
      title="Groups"
      work={work}
      actions={
        manages && (
          <button type="button" onClick={create} data-testid="new-group">
            Make a group
          </button>
        )
      }
    >
      {({ groups }) => (
        <Table
          label="Groups"
          rows={groups}
          keyOf={({ name }) => name}
          empty="There is no group yet. Make one to grant access to several people at once."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            { title: 'Role', text: ({ role }) => roleText(role) || 'none' },
            {
              title: 'People',
              text: ({ members: ids }) => ids.map(emailOf).join(', ') || 'nobody',
              order: ({ members: ids }) => ids.length,
            },
          ]}
          actions={
            (manages || may('roles.assign')) &&
            ((group) => (
              <>
                {manages && (
                  <button type="button" class="quiet" onClick={() => members(group)}>
                    People
                  </button>
                )}
                {may('roles.assign') && (
                  <button type="button" class="quiet" onClick={() => setRole(group)}>
                    Role
                  </button>
                )}
                {manages && (
                  <button type="button" class="quiet" onClick={() => remove(group)}>
                    Delete
                  </button>
                )}
              </>
            ))
          }
        />
      )}
    </Frame>
  );
}
