/** The authenticator app and recovery codes. */

import { useState } from 'preact/hooks';
import encodeQR from 'qr';
import { NewAuthenticator, RecoveryCodes } from '../../../../schema/api/security.ts';
import { Form } from '../form.tsx';
import type { SectionProps } from './section.ts';

type Started = ReturnType<typeof NewAuthenticator.parse>;

export function AuthenticatorSection({ access, view, change }: SectionProps) {
  const [started, setStarted] = useState<Started>();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const start = () =>
    change(async () =>
      setStarted(NewAuthenticator.parse(await access.call('POST', '/v1/me/authenticator', {}))),
    );
  const confirm = async (field: (name: string) => string) => {
    const answer = await access.call('POST', '/v1/me/authenticator/confirm', { code: field('code').trim() });
    setCodes(RecoveryCodes.parse(answer).codes);
    setStarted(undefined);
    change(async () => undefined);
  };
  const renew = () =>
    change(async () =>
      setCodes(RecoveryCodes.parse(await access.call('POST', '/v1/me/recovery-codes', {})).codes),
    );
  const hasSecond = view.authenticator || view.passkeys.length > 0;
  return (
    <section aria-labelledby="authenticator">
      <h2 id="authenticator">Authenticator app</h2>
      {view.authenticator ? (
        <p class="entry">
          <span class="name">Codes are asked for when you sign in.</span>
          <button
            type="button"
            class="quiet"
            onClick={() => change(() => access.call('DELETE', '/v1/me/authenticator'))}
          >
            Remove
          </button>
        </p>
      ) : started ? (
        <Enrolment started={started} confirm={confirm} />
      ) : (
        <button type="button" class="second" onClick={start} data-testid="add-authenticator">
          Add an authenticator app
        </button>
      )}
      {hasSecond && (
        <p class="entry">
          <span class="name">{view.recoveryCodes} recovery codes left</span>
          <button type="button" class="quiet" onClick={renew}>
            Make new ones
          </button>
        </p>
      )}
      {codes.length > 0 && (
        <div role="status">
          <p>Each of these works once in place of a second factor. They are shown only now:</p>
          <pre class="codes" data-testid="recovery-codes">
            {codes.join('\n')}
          </pre>
        </div>
      )}
    </section>
  );
}

function Enrolment({
  started,
  confirm,
}: {
  started: Started;
  confirm: Parameters<typeof Form>[0]['submit'];
}) {
  return (
    <div class="enrolment">
      <img src={encodeQR(started.uri, 'data-url', { scale: 4 })} alt="QR code for your authenticator app" />
      <Form submit={confirm} label="Confirm" testId="confirm-authenticator">
        <p>Read the picture with your app, or type this into it:</p>
        <code class="mono" data-testid="totp-secret">
          {started.secret}
        </code>
        <label>
          The code that it shows
          <input
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            required
            pattern="\d{6}"
            data-testid="totp-code"
          />
        </label>
      </Form>
    </div>
  );
}
