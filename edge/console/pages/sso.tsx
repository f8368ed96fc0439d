/** Sign in with your organization: its name, then its provider. */
import { useState } from 'preact/hooks';
import type { ProviderChoice } from '../../../schema/api/sso.ts';
import type { Send } from '../access.ts';
import { findProviders, signInByDirectory, startSso } from '../sso.ts';

interface Asked {
  readonly send: Send;
  /** What went wrong on the way back from a provider. */
  readonly problem: string;
}

export function SsoSignIn({ send, problem: before }: Asked) {
  const [isOpen, setOpen] = useState(before !== '');
  const [problem, setProblem] = useState(before);
  const [choices, setChoices] = useState<ProviderChoice[]>([]);
  const [directory, setDirectory] = useState<ProviderChoice | undefined>();
  const attempt = (work: () => Promise<void>) => {
    setProblem('');
    work().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  const choose = (choice: ProviderChoice) =>
    attempt(async () => {
      if (choice.kind === 'ldap') setDirectory(choice);
      else location.assign(await startSso(send, sessionStorage, choice));
    });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name));
    attempt(async () => {
      if (directory) {
        await signInByDirectory(send, directory, text('username'), text('directory-password'));
        return location.reload();
      }
      const found = await findProviders(send, text('organization'));
      const [only] = found;
      if (!only) setProblem('No organization of that name or address signs in this way.');
      else if (found.length === 1) choose(only);
      else setChoices(found);
    });
  };
  if (!isOpen)
    return (
      <button type="button" class="quiet" onClick={() => setOpen(true)} data-testid="sso">
        Sign in with your organization
      </button>
    );
  return (
    <form class="card" onSubmit={submit}>
      <h2>Sign in with your organization</h2>
      {directory ? (
        <DirectoryFields />
      ) : (
        <label>
          Organization or e-mail
          <input name="organization" required data-testid="organization" />
        </label>
      )}
      {problem !== '' && (
        <p class="problem" role="alert" data-testid="sso-problem">
          {problem}
        </p>
      )}
      {!directory &&
        choices.map((choice) => (
          <button type="button" key={choice.id} onClick={() => choose(choice)}>
            {choice.name}
          </button>
        ))}
      <button type="submit" data-testid="sso-continue">
        {directory ? 'Sign in' : 'Continue'}
      </button>
    </form>
  );
}

function DirectoryFields() {
  return (
    <>
      <label>
        User name
        <input name="username" autocomplete="username" required data-testid="directory-username" />
      </label>
      <label>
        Password of your organization's directory
        <input
          name="directory-password"
          type="password"
          autocomplete="current-password"
          required
          data-testid="directory-password"
        />
      </label>
    </>
  );
}
