/** The platform's own people. */
import { useState } from 'preact/hooks';
import { CreateAdministrator } from '../../../../schema/api/access.ts';
import type { ApiClient } from '../../../../schema/api/client.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Choice, Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import { InvitationLink } from '../people/invite.tsx';
import type { PlatformPage } from '../props.ts';
import { Table } from '../table.tsx';
import { roleOptions, roleText } from '../words.ts';
import { useWork } from '../work.tsx';

const PATH = '/v1/platform/administrators';

export function AdministratorsPage({ client }: PlatformPage) {
  const work = useWork(() => answered(client.GET(PATH)));
  const { ask, open, close, again } = work;
  const remove = (user: string, email: string) =>
    ask({
      title: `Take the role from ${email}?`,
      text: 'They are signed out, and may do nothing on the platform any more.',
      label: 'Take it away',
      work: () => client.DELETE(`${PATH}/{user}`, { params: { path: { user } } }),
    });
  return (
    <Frame
      title="Administrators"
      intro="Who runs the platform. None of them sees into an organization."
      work={work}
      actions={
        <button
          type="button"
          onClick={() => open(() => <NewAdministrator client={client} close={close} again={again} />)}
          data-testid="new-administrator"
        >
          Add an administrator
        </button>
      }
    >
      {({ administrators }) => (
        <Table
          label="Administrators"
          rows={administrators}
          keyOf={({ email }) => email}
          empty="There is nobody."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            { title: 'E-mail', text: ({ email }) => email },
            { title: 'Role', text: ({ role }) => roleText(role) },
          ]}
          actions={({ id, email, role }) =>
            role !== 'platform_owner' && (
              <button type="button" class="quiet" onClick={() => remove(id, email)}>
                Take the role away
              </button>
            )
          }
        />
      )}
    </Frame>
  );
}

interface Props {
  readonly client: ApiClient;
  readonly close: () => void;
  readonly again: () => Promise<void>;
}

function NewAdministrator({ client, close, again }: Props) {
  const [invitation, setInvitation] = useState<{ url: string; expiresAt: string }>();
  if (invitation) return <InvitationLink invitation={invitation} close={close} />;
  const submit = async (field: (name: string) => string) => {
    const name = field('name').trim();
    const body = checked(CreateAdministrator, {
      email: field('email').trim(),
      role: field('role'),
      ...(name !== '' && { name }),
    });
    const made = await answered(client.POST(PATH, { body }));
    await again();
    if (made.invitation) setInvitation(made.invitation);
    else close();
  };
  return (
    <Dialog title="Add an administrator" close={close}>
      <Form submit={submit} label="Add" testId="save-administrator">
        <Text name="email" label="E-mail" type="email" required />
        <Text name="name" label="Name" hint="For somebody who has no account yet: they are invited" />
        <Choice name="role" label="Role" options={roleOptions(['platform_admin', 'platform_recovery'])} />
      </Form>
    </Dialog>
  );
}
