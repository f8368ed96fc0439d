/** Accept an invitation: pick a password, get a secret key. Both stay in this browser; the server gets a verifier. */
import { useEffect, useState } from 'preact/hooks';
import type { SignedIn } from '../../../schema/api/auth.ts';
import { Invited } from '../../../schema/api/sign-in.ts';
import { newSecretKey } from '../../../schema/sign-in/secret-key.ts';
import { enrolVerifier, type Secrets } from '../../../schema/sign-in/two-secret.ts';
import type { Access } from '../access.ts';
import { ownDevice, rememberSecretKey } from '../device.ts';
import { AcceptInvitation, type Visitor } from './accept-invitation.tsx';
import { EmergencyKit } from './emergency-kit.tsx';
import { Form, messageOf, NewPassword, newPasswordOf } from './form.tsx';

interface Props extends Visitor {
  readonly access: Access;
  readonly token: string;
  readonly done: (signedIn: SignedIn) => void;
}

export function JoinPage({ access, token, done, ...visitor }: Props) {
  const [invited, setInvited] = useState<ReturnType<typeof Invited.parse>>();
  const [problem, setProblem] = useState('');
  const [secrets, setSecrets] = useState<Secrets>();
  /** They say so: nobody else tells whether there is an account. */
  const [hasAccount, setHasAccount] = useState(false);
  useEffect(() => {
    access.post('/v1/auth/invitation', { token }).then(
      (answer) => setInvited(Invited.parse(answer)),
      (error: unknown) => setProblem(messageOf(error)),
    );
  }, [access, token]);
  if (secrets) {
    const enter = async () => {
      const answer = await access.signIn(secrets, await ownDevice());
      if ('accessToken' in answer) done(answer);
    };
    const left = () => void enter().catch((error: unknown) => setProblem(messageOf(error)));
    if (problem === '') return <EmergencyKit {...secrets} done={left} />;
  }
  if (problem !== '')
    return (
      <main class="card">
        <h1>That did not work</h1>
        <p role="alert">{problem}</p>
        <a href="#/">To the sign-in</a>
      </main>
    );
  if (!invited) return <div class="loading" role="status" aria-label="Loading" />;
  if (invited.isOffer && (hasAccount || visitor.signedIn !== null))
    return <AcceptInvitation {...visitor} access={access} token={token} invited={invited} done={done} />;
  const submit = async (field: (name: string) => string) => {
    const made = { email: invited.email, password: newPasswordOf(field), secretKey: newSecretKey() };
    await access.post('/v1/auth/join', { token, ...(await enrolVerifier(made)) });
    await rememberSecretKey(made.email, made.secretKey);
    // The link is used up: it need not stay in the history.
    history.replaceState(null, '', '#/');
    setSecrets(made);
  };
  return (
    <main class="sign-in">
      <div class="card">
        <span class="mark large" aria-hidden="true" />
        <h1>Welcome, {invited.name}</h1>
        <p>
          You are invited to <b>{invited.organization ?? 'the platform'}</b> as {invited.email}.
        </p>
        <Form submit={submit} label="Join" busyLabel="Making your keys…" testId="join">
          <input type="hidden" name="email" autocomplete="username" value={invited.email} />
          <NewPassword />
        </Form>
        {invited.isOffer && (
          <button type="button" class="quiet" data-testid="has-account" onClick={() => setHasAccount(true)}>
            I have an account
          </button>
        )}
      </div>
    </main>
  );
}
