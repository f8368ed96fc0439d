/** A command's standard input and output as something to time. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { timeRounds } from '../../samples.ts';

export type Command = readonly [program: string, ...args: string[]];
type Piped = ChildProcessByStdio<Writable, Readable, null>;

function start([program, ...args]: Command, env: NodeJS.ProcessEnv): Piped {
  return spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
}

async function finish(child: Piped): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.stdin.end();
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(late);
  }
}

/** Round trips of one byte through a command that echoes what it reads, milliseconds each. */
export async function timeEcho(
  command: Command,
  env: NodeJS.ProcessEnv,
  rounds: number,
  pauseMs: number,
): Promise<number[]> {
  const child = start(command, env);
  try {
    const round = async () => {
      const echoed = once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
      child.stdin.write('x');
      await echoed;
    };
    await round();
    return await timeRounds(rounds, round, pauseMs);
  } finally {
    await finish(child);
  }
}

/** Sends so many zero bytes into a command and waits for its end. @returns MB per second, connection set-up included */
export async function timeBulk(command: Command, env: NodeJS.ProcessEnv, bytes: number): Promise<number> {
  const child = start(command, env);
  const chunk = new Uint8Array(1 << 18);
  const exited = once(child, 'exit');
  const startedAt = performance.now();
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    if (!child.stdin.write(chunk.subarray(0, Math.min(chunk.length, bytes - sent)))) {
      await Promise.race([once(child.stdin, 'drain'), exited]);
      if (child.exitCode !== null) break;
    }
  }
  child.stdin.end();
  const [status] = (await exited) as [number | null];
  if (status !== 0) throw new Error(`${command[0]} ended with status ${status} during the bulk transfer`);
  return bytes / 1e6 / ((performance.now() - startedAt) / 1000);
}
