/** What every page of administration does alike: read, act, say what went wrong, ask before what can't be undone. */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../pages/form.tsx';
import { type Asking, Confirmation } from './dialog.tsx';

export interface Work<T> {
  readonly value: T | undefined;
  readonly problem: string;
  readonly dialog: ComponentChildren;
  readonly again: () => Promise<void>;
  /** Does it, then reads the page anew; or says why not. */
  readonly act: (work: () => Promise<unknown>) => void;
  /** Opens a dialog; it is given what closes it after something was done. */
  readonly open: (dialog: (done: () => Promise<void>) => ComponentChildren) => void;
  readonly close: () => void;
  readonly ask: (asking: Asking) => void;
}

export function useWork<T>(read: () => Promise<T>): Work<T> {
  const [value, setValue] = useState<T>();
  const [problem, setProblem] = useState('');
  const [dialog, setDialog] = useState<ComponentChildren>();
  const latest = useRef(read);
  latest.current = read;
  const asked = useRef(0);
  const again = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    // What was asked for later counts, whichever comes first.
    const settle = (done: () => void) => mine === asked.current && done();
    await latest.current().then(
      (answer) =>
        settle(() => {
          setValue(answer);
          setProblem('');
        }),
      (error: unknown) => settle(() => setProblem(messageOf(error))),
    );
  }, []);
  useEffect(() => void again(), [again]);
  const close = useCallback(() => setDialog(undefined), []);
  const done = useCallback(async () => {
    await again();
    setDialog(undefined);
  }, [again]);
  const open: Work<T>['open'] = (make) => setDialog(make(done));
  return {
    value,
    problem,
    dialog,
    again,
    act: (work) => void work().then(again, (error: unknown) => setProblem(messageOf(error))),
    open,
    close,
    ask: (asking) => open((gone) => <Confirmation {...asking} close={close} done={gone} />),
  };
}
