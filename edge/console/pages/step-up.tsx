/** A dialog over the page: prove once more who you are; what you asked for goes on by itself. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Me } from '../../../schema/api/auth.ts';
import { StepUpMethods } from '../../../schema/api/sign-in.ts';
import { provePassword } from '../../../schema/sign-in/handshake.ts';
import { parseSecretKey } from '../../../schema/sign-in/secret-key.ts';
import { knownSecretKey } from '../device.ts';
import type { Question } from '../prover.ts';
import { Form, messageOf } from './form.tsx';
import { SecondFactorForm } from './second-factor.tsx';

export function StepUpDialog({ question, me }: { question: Question; me: Me }) {
  const { access, answered, declined } = question;
  const dialog = useRef<HTMLDialogElement>(null);
  const [methods, setMethods] = useState<readonly string[]>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    access.once('GET', '/v1/auth/step-up').then(
      (answer) => setMethods(StepUpMethods.parse(answer).methods),
      (error: unknown) => setProblem(messageOf(error)),
    );
  }, [access]);
  const show = async (proof: object) => {
    await access.stepUp(proof);
    answered();
  };
  return (
    <dialog
      ref={dialog}
      class="card"
      onClose={declined}
      aria-labelledby="step-up-title"
      data-testid="step-up"
    >
      <h1 id="step-up-title">Is it still you?</h1>
      <p class="muted">What you asked for is high-risk. Prove once more who you are.</p>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {methods?.includes('password') && <PasswordProof email={me.email} access={access} show={show} />}
      {methods?.length === 0 && <p>Sign out and in again: that is a proof as well.</p>}
      {methods && methods.length > 0 && !methods.includes('password') && (
        <SecondFactorForm
          methods={methods}
          beginPasskey={() => access.once('POST', '/v1/auth/step-up/passkey', {})}
          show={show}
        />
      )}
      <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
        Cancel
      </button>
    </dialog>
  );
}

interface PasswordProps {
  readonly email: string;
  readonly access: Question['access'];
  readonly show: (proof: object) => Promise<void>;
}

function PasswordProof({ email, access, show }: PasswordProps) {
  const [isKnown, setKnown] = useState(true);
  useEffect(() => {
    void knownSecretKey(email).then((key) => setKnown(key !== undefined));
  }, [email]);
  const submit = async (field: (name: string) => string) => {
    const secretKey = (await knownSecretKey(email)) ?? parseSecretKey(field('secretKey'));
    if (secretKey === undefined) throw new Error('this is no secret key, or there is a slip in it');
    const secrets = { email, password: field('password'), secretKey };
    const { attempt, proof } = await provePassword(access.post, secrets);
    await show({ type: 'password', attempt, proof });
  };
  return (
    <Form submit={submit} label="Continue" testId="step-up-send">
      <label>
        Password
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          data-testid="step-up-password"
        />
      </label>
      {!isKnown && (
        <label>
          Secret key
          <input name="secretKey" class="mono" autocomplete="off" required />
        </label>
      )}
    </Form>
  );
}
