/** Invites a person, and shows the link to give them. */
import { useState } from 'preact/hooks';
import { type Api, answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { Dialog, ShownOnce } from '../dialog.tsx';
import { Choice, Text } from '../fields.tsx';
import { roleOptions, whenOf } from '../words.ts';
import type { Work } from '../work.tsx';

interface Invited {
  readonly url: string;
  readonly expiresAt: string;
}

/** The link that lets somebody in. */
export function InvitationLink({ invitation, close }: { invitation: Invited; close: () => void }) {
  return (
    <ShownOnce title="Invitation" label="the link" secret={invitation.url} close={close}>
      <p class="muted">
        Send it to them on a way you trust. It works once, until {whenOf(invitation.expiresAt)}. Whoever opens
        it first picks the password.
      </p>
    </ShownOnce>
  );
}

interface Props {
  readonly api: Api;
  readonly roles: readonly string[];
  readonly work: Pick<Work<unknown>, 'open' | 'close' | 'again'>;
}

export function InviteButton({ api, roles, work: { open, close, again } }: Props) {
  const invite = () => open(() => <InviteDialog api={api} roles={roles} close={close} again={again} />);
  return (
    <button type="button" onClick={invite} data-testid="invite">
      Invite a person
    </button>
  );
}

interface DialogProps {
  readonly api: Api;
  readonly roles: readonly string[];
  readonly close: () => void;
  readonly again: () => Promise<void>;
}

function InviteDialog({ api, roles, close, again }: DialogProps) {
  const [invitation, setInvitation] = useState<Invited>();
  if (invitation) return <InvitationLink invitation={invitation} close={close} />;
  const submit = async (field: (name: string) => string) => {
    const body = { email: field('email').trim(), name: field('name').trim(), role: field('role') };
    const made = await answered(api.client.POST('/v1/orgs/{org}/members', { ...api.here, body }));
    setInvitation(made.invitation);
    await again();
  };
  return (
    <Dialog title="Invite a person" close={close}>
      <Form submit={submit} label="Make the invitation" testId="send-invitation">
        <Text name="email" label="E-mail" type="email" required />
        <Text name="name" label="Name" required />
        <Choice name="role" label="Role" value="organization_user" options={roleOptions(roles)} />
      </Form>
    </Dialog>
  );
}
