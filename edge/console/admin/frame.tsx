/** The frame of a page of administration: its head, what went wrong, what it shows once it was read, and the dialog over it. */
import type { ComponentChildren } from 'preact';
import type { Work } from './work.tsx';

interface Props<T> {
  readonly title: string;
  readonly intro?: ComponentChildren;
  readonly work: Work<T>;
  /** What can be done here at all; only what this person may do. */
  readonly actions?: ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}

export function Frame<T>({ title, intro, work, actions, children }: Props<T>) {
  const { value, problem, dialog, again } = work;
  return (
    <main class="admin">
      <div class="head">
        <h1>{title}</h1>
        {/* What they open needs what was read. */}
        <fieldset class="bare actions" disabled={value === undefined}>
          <legend class="unseen">What can be done here</legend>
          {actions}
        </fieldset>
      </div>
      {intro !== undefined && <p class="muted intro">{intro}</p>}
      {problem !== '' && (
        <p class="problem" role="alert" data-testid="page-problem">
          {problem}{' '}
          <button type="button" class="quiet" onClick={() => void again()}>
            Try again
          </button>
        </p>
      )}
      {value === undefined && problem === '' && <div class="loading" role="status" aria-label="Loading" />}
      {value !== undefined && children(value)}
      {dialog}
    </main>
  );
}
