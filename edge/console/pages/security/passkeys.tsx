/** Passkeys: add, rename, remove. */
import { useState } from 'preact/hooks';
import { addPasskey } from '../../passkeys.ts';
import { Form } from '../form.tsx';
import type { SectionProps } from './section.ts';

export function PasskeysSection({ access, view, change }: SectionProps) {
  const [renaming, setRenaming] = useState('');
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">Passkeys</h2>
      <p class="muted">Sign in with your fingerprint, face or a key. A passkey is two factors by itself.</p>
      <ul>
        {view.passkeys.map(({ id, name, createdAt }) => (
          <li key={id} class="entry" data-testid="passkey">
            {renaming === id ? (
              <Form
                class="inline"
                label="Save"
                submit={async (field) => {
                  const path = `/v1/me/passkeys/${id}`;
                  change(() => access.call('PATCH', path, { name: field('name') }));
                  setRenaming('');
                }}
              >
                <input name="name" value={name} required maxLength={100} aria-label="New name" />
              </Form>
            ) : (
              <>
                <span class="name">{name}</span>
                <span class="muted">since {new Date(createdAt).toLocaleDateString()}</span>
                <button type="button" class="quiet" onClick={() => setRenaming(id)}>
                  Rename
                </button>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Remove ${name}`}
                  onClick={() => change(() => access.call('DELETE', `/v1/me/passkeys/${id}`))}
                >
                  Remove
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      <Form
        class="inline"
        label="Add a passkey"
        testId="add-passkey"
        submit={async (field) => change(() => addPasskey(access, field('name')))}
      >
        <input
          name="name"
          placeholder="Name, as “laptop”"
          required
          maxLength={100}
          aria-label="Name of the passkey"
          data-testid="passkey-name"
        />
      </Form>
    </section>
  );
}
