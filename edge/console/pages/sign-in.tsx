/** Sign in: with e-mail address, password and (once on each device) secret key, or with a passkey; then a second factor where one is wanted. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SignedIn } from '../../../schema/api/auth.ts';
import type { SignInAnswer } from '../../../schema/api/sign-in.ts';
import { parseSecretKey } from '../../../schema/sign-in/secret-key.ts';
import type { Access } from '../access.ts';
import { knownEmails, knownSecretKey, ownDevice, rememberSecretKey } from '../device.ts';
import { signInWithPasskey } from '../passkeys.ts';
import { Form, messageOf } from './form.tsx';
import { SecondFactorForm } from './second-factor.tsx';

interface Props {
  readonly access: Access;
  readonly done: (signedIn: SignedIn) => void;
  /** Other ways in. */
  readonly children?: ComponentChildren;
}
type Half = Extract<SignInAnswer, { secondFactor: unknown }>['secondFactor'];

export function SignInPage({ access, done, children }: Props) {
  const [half, setHalf] = useState<Half>();
  const answered = (answer: SignInAnswer) =>
    'secondFactor' in answer ? setHalf(answer.secondFactor) : done(answer);
  return (
    <main class="sign-in">
      <div class="card">
        <span class="mark large" aria-hidden="true" />
        <h1>{half ? 'One more proof' : 'Sign in'}</h1>
        <p class="muted">Secure Access Fabric</p>
        {half ? (
          <SecondFactorForm
            methods={half.methods}
            beginPasskey={() => access.post('/v1/auth/second-factor/passkey', { attempt: half.attempt })}
            show={async (proof) =>
              answered(
                access.finish(
                  await access.post('/v1/auth/second-factor', { attempt: half.attempt, proof, cookie: true }),
                ),
              )
            }
          />
        ) : (
          <>
            <FirstFactor access={access} answered={answered} />
            {children}
          </>
        )}
      </div>
    </main>
  );
}

function FirstFactor({ access, answered }: { access: Access; answered: (answer: SignInAnswer) => void }) {
  const [email, setEmail] = useState('');
  const [isKnown, setKnown] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    knownEmails().then(
      ([only, ...others]) => only !== undefined && others.length === 0 && setEmail(only),
      () => {},
    );
  }, []);
  useEffect(() => {
    knownSecretKey(email).then(
      (key) => setKnown(key !== undefined),
      () => setKnown(false),
    );
  }, [email]);
  const submit = async (field: (name: string) => string) => {
    const secretKey = isKnown ? await knownSecretKey(email) : parseSecretKey(field('secretKey'));
    if (secretKey === undefined) throw new Error('this is no secret key, or there is a slip in it');
    const secrets = { email, password: field('password'), secretKey };
    const answer = await access.signIn(secrets, await ownDevice());
    await rememberSecretKey(email, secretKey);
    answered(answer);
  };
  const withPasskey = () =>
    signInWithPasskey(access)
      .then(answered)
      .catch((error: unknown) => setProblem(messageOf(error)));
  return (
    <>
      <Form submit={submit} label="Sign in" busyLabel="Signing in…" testId="sign-in">
        <label>
          E-mail
          <input
            name="email"
            type="email"
            autocomplete="username"
            required
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
            data-testid="email"
          />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            data-testid="password"
          />
        </label>
        {!isKnown && (
          <label>
            Secret key
            <input
              name="secretKey"
              class="mono"
              placeholder="F1-XXXXX-…"
              autocomplete="off"
              spellcheck={false}
              required
              data-testid="secret-key"
            />
            <span class="hint">From your emergency kit. This browser asks for it once.</span>
          </label>
        )}
      </Form>
      <button type="button" class="second" onClick={withPasskey} data-testid="sign-in-passkey">
        Sign in with a passkey
      </button>
      {isKnown && (
        <button type="button" class="quiet" onClick={() => setKnown(false)} data-testid="other-key">
          My secret key has changed
        </button>
      )}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
