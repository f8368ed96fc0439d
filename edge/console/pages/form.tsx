/** A form that sends itself once, says what went wrong, and can't be sent twice meanwhile. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Props {
  /** @param fields all of them, for a name that several share */
  readonly submit: (field: (name: string) => string, fields: FormData) => Promise<void>;
  readonly label: string;
  readonly busyLabel?: string;
  /** Said once it was done, where the form stays. */
  readonly done?: string;
  readonly testId?: string;
  readonly class?: string;
  /** It takes away what can't be had back. */
  readonly danger?: boolean;
  readonly children?: ComponentChildren;
}

export function Form({ submit, label, busyLabel, done, testId, danger, children, class: style = '' }: Props) {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setProblem('');
    setDone(false);
    try {
      await submit((name) => String(fields.get(name) ?? ''), fields);
      setDone(true);
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <form class={`fields ${style}`} onSubmit={send}>
      {children}
      {problem !== '' && (
        <p class="problem" role="alert" data-testid="problem">
          {problem}
        </p>
      )}
      <button type="submit" class={danger ? 'danger' : ''} disabled={busy} data-testid={testId}>
        {busy ? (busyLabel ?? label) : label}
      </button>
      {done !== undefined && (
        <p class="done" role="status" data-testid="done">
          {isDone ? done : ''}
        </p>
      )}
    </form>
  );
}

/** A new password, asked twice. */
export function NewPassword() {
  return (
    <>
      <label>
        Password
        <input
          name="password"
          type="password"
          autocomplete="new-password"
          minLength={12}
          required
          data-testid="new-password"
        />
        <span class="hint">Twelve characters or more. A sentence is good.</span>
      </label>
      <label>
        The same once more
        <input
          name="again"
          type="password"
          autocomplete="new-password"
          required
          data-testid="password-again"
        />
      </label>
    </>
  );
}

/** @throws Error when the two differ or are too short */
export function newPasswordOf(field: (name: string) => string): string {
  const password = field('password');
  if (password.trim().length < 12) throw new Error('a password has twelve characters or more');
  if (password !== field('again')) throw new Error('the two passwords differ');
  return password;
}
