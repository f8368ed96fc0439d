/** What a child process with an IPC channel has to say. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The next message. @throws Error when the process ends instead, or after so many milliseconds */
export async function nextMessage<T>(child: ChildProcess, timeoutMs: number): Promise<T> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(timeoutMs)]);
  const exit = once(child, 'exit', { signal }).then(([code, by]) => {
    throw new Error(`a process ended (${code ?? by}) instead of answering`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), exit])) as [T];
    return message;
  } finally {
    done.abort();
  }
}
