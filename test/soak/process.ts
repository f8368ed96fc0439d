/** A process of its own for one side of a soak, and what the kernel says of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nextMessage } from '../child.ts';

/** Clock ticks of /proc/PID/stat in a second: fixed in Linux's interface to programs. */
const TICKS_PER_SECOND = 100;
const ANSWER_MS = 300_000;

export class SoakProcess implements Disposable {
  readonly #child: ChildProcess;

  /** @param file beside this one */
  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(
      process.execPath,
      ['--expose-gc', fileURLToPath(new URL(file, import.meta.url)), ...args],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
  }

  /** The next message. @throws Error when the process ends instead */
  next<T>(): Promise<T> {
    return nextMessage<T>(this.#child, ANSWER_MS);
  }

  /** Asks, and waits for the answer. */
  ask<T>(question: string): Promise<T> {
    const answer = this.next<T>();
    this.#child.send(question);
    return answer;
  }

  /** Resident memory, KiB. */
  rssKib(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1]);
  }

  /** CPU time used so far by all its threads, seconds. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // The name before may hold spaces; user and system time are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

/** In the process: answers each question of the parent, and ends with it. */
export function answerParent(answer: (question: string) => unknown): void {
  process.on('message', async (question: string) => process.send?.((await answer(question)) ?? 'done'));
  process.on('disconnect', () => process.exit(0));
}

export function collectGarbage(): void {
  for (let n = 0; n < 3; n += 1) globalThis.gc?.();
}
