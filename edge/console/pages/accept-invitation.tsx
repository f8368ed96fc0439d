/** An invitation to somebody who has an account: they sign in as ever, then accept. Nothing happens before that. */
import type { ComponentChildren } from 'preact';
import type { SignedIn } from '../../../schema/api/auth.ts';
import type { Invited } from '../../../schema/api/sign-in.ts';
import type { Access } from '../access.ts';
import { Form } from './form.tsx';
import { SignInPage } from './sign-in.tsx';

export interface Visitor {
  /** Undefined while that is being found out. */
  readonly signedIn: SignedIn | null | undefined;
  readonly left: () => void;
  /** Other ways to sign in. */
  readonly children?: ComponentChildren;
}

interface Props extends Visitor {
  readonly access: Access;
  readonly token: string;
  readonly invited: ReturnType<typeof Invited.parse>;
  readonly done: (signedIn: SignedIn) => void;
}

export function AcceptInvitation({ access, token, invited, done, signedIn, left, children }: Props) {
  if (signedIn === undefined) return <div class="loading" role="status" aria-label="Loading" />;
  if (signedIn === null)
    return (
      <SignInPage access={access} done={done}>
        {children}
        <p data-testid="invited">
          <b>{invited.organization}</b> invites you. Sign in as {invited.email} to accept; if that leads away
          from here, open the link once more.
        </p>
      </SignInPage>
    );
  const isOther = signedIn.user.email !== invited.email;
  const accept = async () => {
    await access.call('POST', '/v1/me/invitations', { token });
    // The link is used up: it need not stay in the history.
    history.replaceState(null, '', '#/');
    done(await access.renew());
  };
  const decline = async () => {
    await access.post('/v1/auth/invitation/decline', { token });
    history.replaceState(null, '', '#/');
    done(await access.renew());
  };
  const signOut = async () => {
    await access.signOut();
    left();
  };
  return (
    <main class="sign-in">
      <div class="card">
        <span class="mark large" aria-hidden="true" />
        <h1>{invited.organization} invites you</h1>
        {isOther ? (
          <>
            <p>
              This invitation is for {invited.email}, and you are signed in as {signedIn.user.email}.
            </p>
            <Form submit={signOut} label="Sign out" />
          </>
        ) : (
          <>
            <p>
              Once you accept, its administrators see your name, your e-mail address and your devices. If you
              don't want that, decline: nobody is told why.
            </p>
            <Form submit={accept} label="Accept" testId="accept-invitation" />
            <Form submit={decline} label="Decline" class="inline" testId="decline-invitation" />
          </>
        )}
      </div>
    </main>
  );
}
