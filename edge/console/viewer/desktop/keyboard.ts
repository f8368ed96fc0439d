/** Keys that are pressed while the desktop has the focus. What went down comes up by the same name, also when the focus is lost in between. */
import { keysymOf } from './keysyms.ts';

export class Keyboard {
  readonly #target: HTMLElement;
  readonly #send: (keysym: number, isDown: boolean) => void;
  /** What each key was when it went down, by its place on the keyboard. */
  readonly #held = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(target: HTMLElement, send: (keysym: number, isDown: boolean) => void) {
    this.#target = target;
    this.#send = send;
    const { signal } = this.#stop;
    target.addEventListener('keydown', (event) => this.#down(event), { signal });
    target.addEventListener('keyup', (event) => this.#up(event), { signal });
    target.addEventListener('blur', () => this.release(), { signal });
  }

  /** Presses all, then lets go of all. */
  chord(keysyms: readonly number[]): void {
    for (const keysym of keysyms) this.#send(keysym, true);
    for (const keysym of [...keysyms].reverse()) this.#send(keysym, false);
    this.#target.focus();
  }

  release(): void {
    for (const keysym of this.#held.values()) this.#send(keysym, false);
    this.#held.clear();
  }

  close(): void {
    this.release();
    this.#stop.abort();
  }

  #down(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const keysym = keysymOf(event.key, event.location);
    event.preventDefault();
    if (keysym === undefined) return;
    const before = this.#held.get(event.code);
    if (before !== undefined && before !== keysym) this.#send(before, false);
    this.#held.set(event.code, keysym);
    this.#send(keysym, true);
  }

  #up(event: KeyboardEvent): void {
    event.preventDefault();
    const keysym = this.#held.get(event.code);
    if (keysym === undefined) return;
    this.#held.delete(event.code);
    this.#send(keysym, false);
  }
}
