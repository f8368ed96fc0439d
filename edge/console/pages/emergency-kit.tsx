/** The emergency kit, shown once: to print or to save. */
import { useState } from 'preact/hooks';
import { kitHtml, kitText } from '../../../schema/sign-in/emergency-kit.ts';

interface Props {
  readonly email: string;
  readonly secretKey: string;
  readonly done: () => void;
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function EmergencyKit({ email, secretKey, done }: Props) {
  const [kept, setKept] = useState(false);
  const kit = { address: location.origin, email, secretKey };
  const keep = (action: () => void) => () => {
    action();
    setKept(true);
  };
  return (
    <main class="card wide kit">
      <h1>Your emergency kit</h1>
      <p>
        Your secret key was made in this browser and is known to nobody else. You need it, with your password,
        once on each new device. Print this page and lock it away.
      </p>
      <dl>
        <dt>Sign in at</dt>
        <dd>{kit.address}</dd>
        <dt>E-mail</dt>
        <dd>{email}</dd>
        <dt>Secret key</dt>
        <dd class="mono" data-testid="kit-key">
          {secretKey}
        </dd>
        <dt>Password</dt>
        <dd class="blank">&nbsp;</dd>
      </dl>
      <div class="actions no-print">
        <button type="button" class="second" onClick={keep(() => print())}>
          Print
        </button>
        <button
          type="button"
          class="second"
          data-testid="save-kit"
          onClick={keep(() => save('fabric-emergency-kit.html', 'text/html', kitHtml(kit)))}
        >
          Save as a page
        </button>
        <button
          type="button"
          class="second"
          onClick={keep(() => save('fabric-emergency-kit.txt', 'text/plain', kitText(kit)))}
        >
          Save as text
        </button>
        <button type="button" disabled={!kept} onClick={done} data-testid="kit-done">
          I have it
        </button>
      </div>
    </main>
  );
}
