/** Change the password, or make a new secret key. */
import { useState } from 'preact/hooks';
import { provePassword } from '../../../../schema/sign-in/handshake.ts';
import { newSecretKey } from '../../../../schema/sign-in/secret-key.ts';
import { enrolVerifier, type Secrets } from '../../../../schema/sign-in/two-secret.ts';
import { knownSecretKey, rememberSecretKey } from '../../device.ts';
import { EmergencyKit } from '../emergency-kit.tsx';
import { Form, NewPassword, newPasswordOf } from '../form.tsx';
import type { SectionProps } from './section.ts';

export function PasswordSection({ access, me, change }: SectionProps) {
  const [open, setOpen] = useState<'password' | 'key'>();
  const [kit, setKit] = useState('');
  const save = async (current: string, next: (before: Secrets) => Secrets) => {
    const secretKey = await knownSecretKey(me.email);
    if (secretKey === undefined) throw new Error('sign in here with your password and secret key first');
    const before = { email: me.email, password: current, secretKey };
    const after = next(before);
    const enrolled = await enrolVerifier(after);
    const { attempt, proof } = await provePassword(access.post, before);
    await access.call('PUT', '/v1/me/security/password', { attempt, proof, ...enrolled });
    await rememberSecretKey(me.email, after.secretKey);
    setOpen(undefined);
    change(async () => undefined);
    return after;
  };
  const showKit = () =>
    change(async () => {
      const secretKey = await knownSecretKey(me.email);
      if (secretKey === undefined) throw new Error('this browser does not have your secret key');
      setKit(secretKey);
    });
  if (kit !== '') return <EmergencyKit email={me.email} secretKey={kit} done={() => setKit('')} />;
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password and secret key</h2>
      {open === undefined && (
        <div class="actions">
          <button
            type="button"
            class="second"
            onClick={() => setOpen('password')}
            data-testid="change-password"
          >
            Change the password
          </button>
          <button type="button" class="second" onClick={() => setOpen('key')}>
            Make a new secret key
          </button>
          <button type="button" class="second" onClick={showKit}>
            Show the emergency kit
          </button>
        </div>
      )}
      {open === 'password' && (
        <Form
          label="Change it"
          testId="save-password"
          submit={async (field) => {
            const password = newPasswordOf(field);
            await save(field('current'), (before) => ({ ...before, password }));
          }}
        >
          <Current />
          <NewPassword />
        </Form>
      )}
      {open === 'key' && (
        <Form
          label="Make a new one"
          submit={async (field) => {
            const after = await save(field('current'), (before) => ({
              ...before,
              secretKey: newSecretKey(),
            }));
            setKit(after.secretKey);
          }}
        >
          <p>The old key, and every emergency kit with it, opens nothing from then on.</p>
          <Current />
        </Form>
      )}
    </section>
  );
}

function Current() {
  return (
    <label>
      Your password now
      <input
        name="current"
        type="password"
        autocomplete="current-password"
        required
        data-testid="current-password"
      />
    </label>
  );
}
