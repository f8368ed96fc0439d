/** A foreign program run for a test: its whole output, and the promise that it is gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';

export interface Program extends AsyncDisposable {
  /** All it has written to stdout and stderr so far. */
  readonly output: () => string;
  /** Its exit status; null when a signal ended it. */
  readonly exit: Promise<number | null>;
  /** Resolves with the match once the output has it. @throws Error when the program ends or `timeoutMs` pass first */
  seen(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
}

/** @throws Error when the program is not installed */
export function requireProgram(path: string, debianPackage: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(`${path} is missing: install the Debian package ${debianPackage} (npm test does it)`);
  }
}

/** Ended by its own pid after `timeoutMs`, or when disposed of. */
export function runProgram(path: string, args: readonly string[], timeoutMs = 60_000): Program {
  const child: ChildProcess = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const from of [child.stdout, child.stderr]) from?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const output = () => Buffer.concat(chunks).toString();
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const exit = once(child, 'close').then(([status]) => {
    clearTimeout(timer);
    return status as number | null;
  });
  exit.catch(() => clearTimeout(timer));
  return {
    output,
    exit,
    seen: async (pattern, waitMs = 10_000) => {
      let ended = false;
      exit.then(
        () => (ended = true),
        () => (ended = true),
      );
      for (const deadline = Date.now() + waitMs; ; ) {
        const match = pattern.exec(output());
        if (match) return match;
        if (ended || Date.now() > deadline) throw new Error(`${path} did not say ${pattern}:\n${output()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit.catch(() => {});
    },
  };
}
