/** Dialogs of administration: a form over the page, a question before what can't be undone, a secret that is shown once. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Form } from '../pages/form.tsx';

interface Props {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

export function Dialog({ title, close, children, wide }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={`card ${wide ? 'wide' : ''}`} onClose={close} aria-label={title}>
      <div class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}

export interface Asking {
  readonly title: string;
  /** What will be gone. */
  readonly text: ComponentChildren;
  readonly label: string;
  readonly work: () => Promise<unknown>;
}

interface ConfirmationProps extends Asking {
  readonly close: () => void;
  readonly done: () => Promise<void>;
}

export function Confirmation({ title, text, label, work, close, done }: ConfirmationProps) {
  return (
    <Dialog title={title} close={close}>
      <p>{text}</p>
      <Form submit={() => work().then(done)} label={label} testId="confirm" danger />
    </Dialog>
  );
}

/** Something to take along: a link, a key, a command. */
export function Copyable({ text, label, testId }: { text: string; label: string; testId?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="copyable">
      <code class="mono" data-testid={testId}>
        {text}
      </code>
      <button
        type="button"
        class="second"
        aria-label={`Copy ${label}`}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

interface OnceProps {
  readonly title: string;
  readonly label: string;
  readonly secret: string;
  readonly close: () => void;
  readonly children?: ComponentChildren;
}

/** What is shown this once and never again. */
export function ShownOnce({ title, label, secret, close, children }: OnceProps) {
  return (
    <Dialog title={title} close={close} wide>
      <p>Copy it now: it is shown only this once.</p>
      <Copyable text={secret} label={label} testId="shown-once" />
      {children}
      <button type="button" onClick={close} data-testid="shown-once-done">
        Done
      </button>
    </Dialog>
  );
}
