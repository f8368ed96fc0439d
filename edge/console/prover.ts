/** Who is asked to prove themselves anew, one dialog at a time however many calls wait for it. */
import { Refusal } from '../../schema/refusal.ts';
import type { Access } from './access.ts';

export interface Question {
  readonly access: Access;
  readonly answered: () => void;
  readonly declined: () => void;
}

export class Prover {
  #listener: (question: Question | undefined) => void = () => {};
  #asking: Promise<void> | undefined;

  /** The page that shows the dialog. */
  listen(listener: (question: Question | undefined) => void): void {
    this.#listener = listener;
  }

  readonly prove = (access: Access): Promise<void> => {
    this.#asking ??= new Promise<void>((resolve, reject) => {
      this.#listener({
        access,
        answered: resolve,
        declined: () =>
          reject(new Refusal('step_up_required', 'nothing was changed: you did not prove who you are')),
      });
    }).finally(() => {
      this.#asking = undefined;
      this.#listener(undefined);
    });
    return this.#asking;
  };
}
