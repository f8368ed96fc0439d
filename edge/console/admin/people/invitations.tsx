/** Invitations that nobody has accepted yet. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, roleText, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';
import { InvitationLink, InviteButton } from './invite.tsx';
import { roleNames } from './role-dialog.tsx';

export function InvitationsPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const [{ invitations }, roles] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}/invitations', api.here)),
      roleNames(api, may),
    ]);
    return { invitations, roles };
  });
  const { value, ask, act, open, close } = work;
  type Open = NonNullable<typeof value>['invitations'][number];
  const anew = ({ user }: Open) =>
    act(async () => {
      const path = '/v1/orgs/{org}/members/{user}/invitation';
      const invitation = await answered(client.POST(path, { ...api.at({ user }), body: {} }));
      open(() => <InvitationLink invitation={invitation} close={close} />);
    });
  const revoke = ({ id, email }: Open) =>
    ask({
      title: `Revoke the invitation of ${email}?`,
      text: 'The link opens nothing from then on.',
      label: 'Revoke',
      work: () => client.DELETE('/v1/orgs/{org}/invitations/{invitation}', api.at({ invitation: id })),
    });
  const mayInvite = may('members.manage');
  return (
    <Frame
      title="Invitations"
      intro="A link is shown only once; make a new one if it got lost."
      work={work}
      actions={mayInvite && <InviteButton api={api} roles={value?.roles ?? []} work={work} />}
    >
      {({ invitations }) => (
        <Table
          label="Invitations"
          rows={invitations}
          keyOf={({ email }) => email}
          empty={`No invitation is open.${mayInvite ? ' Invite somebody, and give them the link.' : ''}`}
          columns={[
            { title: 'E-mail', text: ({ email }) => email },
            { title: 'Role', text: ({ role }) => (role === null ? 'way back in' : roleText(role)) },
            {
              title: 'Ends',
              text: ({ expiresAt }) => whenOf(expiresAt),
              order: ({ expiresAt }) => orderOf(expiresAt),
            },
          ]}
          actions={
            mayInvite &&
            ((invitation) => (
              <>
                <button type="button" class="quiet" onClick={() => anew(invitation)}>
                  New link
                </button>
                <button type="button" class="quiet" onClick={() => revoke(invitation)}>
                  Revoke
                </button>
              </>
            ))
          }
        />
      )}
    </Frame>
  );
}
