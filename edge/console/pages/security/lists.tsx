/** Where I am signed in, and on which devices; each can be ended. */
import type { SectionProps } from './section.ts';

const when = (iso: string) => new Date(iso).toLocaleString();
const WORDS: Readonly<Record<string, string>> = {
  pwd: 'password',
  hwk: 'passkey',
  otp: 'code',
  rcv: 'recovery code',
  sso: 'identity provider',
};

export function DevicesSection({ access, view, change }: SectionProps) {
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">Devices</h2>
      <p class="muted">Removing one ends its sign-ins. Should it come back, it comes as a new one.</p>
      <ul>
        {view.devices.map(({ id, name, lastSeenAt, current }) => (
          <li key={id} class="entry" data-testid="device">
            <span class="name">
              {name}
              {current && ' (this one)'}
            </span>
            <span class="muted">{when(lastSeenAt)}</span>
            {!current && (
              <button
                type="button"
                class="quiet"
                aria-label={`Remove ${name}`}
                onClick={() => change(() => access.call('DELETE', `/v1/me/devices/${id}`))}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function SignInsSection({
  access,
  view,
  change,
  signedOut,
}: SectionProps & { signedOut: () => void }) {
  const everywhere = () =>
    change(async () => {
      await access.call('DELETE', '/v1/me/sign-ins');
      signedOut();
    });
  return (
    <section aria-labelledby="sign-ins">
      <h2 id="sign-ins">Signed in</h2>
      <ul>
        {view.signIns.map(({ id, device, agent, evidence, region, lastSeenAt, current }) => (
          <li key={id} class="entry" data-testid="sign-in-row">
            <span class="name">
              {device ?? agent}
              {current && ' (this one)'}
            </span>
            <span class="muted">
              {evidence.flatMap((one) => WORDS[one] ?? []).join(', ')}
              {region !== null && `, ${region}`}, {when(lastSeenAt)}
            </span>
            {!current && (
              <button
                type="button"
                class="quiet"
                aria-label={`End the sign-in on ${device ?? agent}`}
                onClick={() => change(() => access.call('DELETE', `/v1/me/sign-ins/${id}`))}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      <button type="button" class="second" onClick={everywhere} data-testid="sign-out-everywhere">
        Sign out everywhere
      </button>
    </section>
  );
}
