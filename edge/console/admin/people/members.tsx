/** The members of the organization: who they are, what role they have, and how one leaves. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { roleText } from '../words.ts';
import { useWork } from '../work.tsx';
import { InviteButton } from './invite.tsx';
import { RoleDialog, roleNames } from './role-dialog.tsx';

export function MembersPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const [{ members }, roles] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}/members', api.here)),
      roleNames(api, may),
    ]);
    return { members, roles };
  });
  const { value, ask, open, close } = work;
  type Member = NonNullable<typeof value>['members'][number];
  const changeRole = ({ id, email, role }: Member) =>
    open((done) => (
      <RoleDialog
        title={`Role of ${email}`}
        roles={value?.roles ?? []}
        role={role}
        close={close}
        save={(chosen) =>
          client
            .PUT('/v1/orgs/{org}/members/{user}/role', { ...api.at({ user: id }), body: { role: chosen } })
            .then(done)
        }
      />
    ));
  const remove = ({ id, email }: Member) =>
    ask({
      title: `Remove ${email}?`,
      text: 'They lose everything that was granted to them here, and sessions they have open end.',
      label: 'Remove',
      work: () => client.DELETE('/v1/orgs/{org}/members/{user}', api.at({ user: id })),
    });
  return (
    <Frame
      title="Members"
      work={work}
      actions={may('members.manage') && <InviteButton api={api} roles={value?.roles ?? []} work={work} />}
    >
      {({ members }) => (
        <Table
          label="Members"
          rows={members}
          keyOf={({ email }) => email}
          empty="Nobody has joined yet: invite somebody."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            { title: 'E-mail', text: ({ email }) => email },
            { title: 'Role', text: ({ role }) => roleText(role) },
          ]}
          actions={
            (may('roles.assign') || may('members.manage')) &&
            ((member) => (
              <>
                {may('roles.assign') && (
                  <button type="button" class="quiet" onClick={() => changeRole(member)}>
                    Change role
                  </button>
                )}
                {may('members.manage') && (
                  <button type="button" class="quiet" onClick={() => remove(member)}>
                    Remove
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
