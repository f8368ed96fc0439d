/** Sign in. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Asked {
  readonly signIn: (email: string, password: string) => Promise<void>;
  /** Other ways in. */
  readonly children?: ComponentChildren;
}

export function SignInPage({ signIn, children }: Asked) {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setProblem('');
    try {
      await signIn(String(fields.get('email')), String(fields.get('password')));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <span class="mark large" aria-hidden="true" />
        <h1>Sign in</h1>
        <p class="muted">Secure Access Fabric</p>
        <label>
          E-mail
          <input name="email" type="email" autocomplete="username" required data-testid="email" />
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
        {problem !== '' && (
          <p class="problem" role="alert" data-testid="problem">
            {problem}
          </p>
        )}
        <button type="submit" disabled={busy} data-testid="sign-in">
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      {children}
    </main>
  );
}
