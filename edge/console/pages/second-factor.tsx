/** Shows a second factor: a code, or a passkey. */
import { useState } from 'preact/hooks';
import { passkeyProof } from '../passkeys.ts';
import { Form, messageOf } from './form.tsx';

interface Props {
  readonly methods: readonly string[];
  /** Asks the control API for a passkey's challenge. */
  readonly beginPasskey: () => Promise<unknown>;
  readonly show: (proof: object) => Promise<void>;
}

const isCode = (typed: string) => /^\d{6}$/.test(typed);

export function SecondFactorForm({ methods, beginPasskey, show }: Props) {
  const [problem, setProblem] = useState('');
  const typed = methods.includes('totp') || methods.includes('recovery');
  const submit = async (field: (name: string) => string) => {
    const code = field('code').trim();
    await show(isCode(code) ? { type: 'totp', code } : { type: 'recovery', code });
  };
  const withPasskey = () =>
    passkeyProof(beginPasskey)
      .then(show)
      .catch((error: unknown) => setProblem(messageOf(error)));
  return (
    <>
      {methods.includes('passkey') && (
        <button type="button" class={typed ? 'second' : ''} onClick={withPasskey} data-testid="use-passkey">
          Use a passkey
        </button>
      )}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {typed && (
        <Form submit={submit} label="Continue" testId="send-code">
          <label>
            {methods.includes('totp') ? 'Code of your authenticator app' : 'Recovery code'}
            <input name="code" autocomplete="one-time-code" required maxLength={64} data-testid="code" />
            {methods.includes('recovery') && methods.includes('totp') && (
              <span class="hint">A recovery code will do as well.</span>
            )}
          </label>
        </Form>
      )}
    </>
  );
}
