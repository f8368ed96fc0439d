/** Roles: the built-in ones, and those that the organization made for itself. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { roleText } from '../words.ts';
import { useWork } from '../work.tsx';
import { RoleForm } from './role-form.tsx';

export function RolesPage({ api, client, may }: OrganizationPage) {
  const work = useWork(() => answered(client.GET('/v1/orgs/{org}/roles', api.here)));
  const { ask, open, close, value } = work;
  type Role = NonNullable<typeof value>['roles'][number];
  const edit = (role?: Role) => open((done) => <RoleForm api={api} role={role} close={close} done={done} />);
  const remove = ({ name }: Role) =>
    ask({
      title: `Delete the role ${name}?`,
      text: 'Nobody may have it any more: take it from people, groups, service accounts and grants first.',
      label: 'Delete',
      work: () => client.DELETE('/v1/orgs/{org}/roles/{role}', api.at({ role: name })),
    });
  return (
    <Frame
      title="Roles"
      intro="What each role may do. You can give only what you hold yourself."
      work={work}
      actions={
        may('roles.manage') && (
          <button type="button" onClick={() => edit()} data-testid="new-role">
            Make a role
          </button>
        )
      }
    >
      {({ roles }) => (
        <Table
          label="Roles"
          rows={roles}
          keyOf={({ name }) => name}
          empty="There is no role."
          columns={[
            { title: 'Name', text: ({ name }) => roleText(name) },
            { title: 'Made by', text: ({ builtIn }) => (builtIn ? 'built in' : 'the organization') },
            {
              title: 'May',
              text: ({ permissions }) => permissions.join(' '),
              order: ({ permissions }) => permissions.length,
              show: ({ permissions }) => (
                <details>
                  <summary>{permissions.length} permissions</summary>
                  <ul class="plain mono">
                    {permissions.map((permission) => (
                      <li key={permission}>{permission}</li>
                    ))}
                  </ul>
                </details>
              ),
            },
          ]}
          actions={
            may('roles.manage') &&
            ((role) =>
              !role.builtIn && (
                <>
                  <button type="button" class="quiet" onClick={() => edit(role)}>
                    Edit
                  </button>
                  <button type="button" class="quiet" onClick={() => remove(role)}>
                    Delete
                  </button>
                </>
              ))
          }
        />
      )}
    </Frame>
  );
}
