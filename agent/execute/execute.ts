/** Runs a command for the host's own operator: an argument list, never a shell line; only what the configuration allows; bounded in time, output, number and environment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';
import { killTree, MARK } from './tree.ts';

const MAX_OUTPUT_BYTES = 65_536;
/** Nothing of the agent's own environment, which may hold secrets, but these. */
const ENVIRONMENT = ['LANG', 'LC_ALL', 'TZ'] as const;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const Argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'), 'an argument holds no zero byte');
export const ExecuteRequest = z.strictObject({
  argv: z.array(Argument).min(1).max(64),
  timeoutSeconds: z.int().positive().max(3600).optional(),
});
export type ExecuteRequest = z.infer<typeof ExecuteRequest>;

export interface ExecuteResult {
  readonly status: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Output went beyond what is kept. */
  readonly truncated: boolean;
  readonly milliseconds: number;
}

export interface ExecuteOptions {
  readonly allow: readonly (readonly string[])[];
  /** The most a request may ask for, and what it gets when it asks for nothing. */
  readonly seconds: number;
  readonly concurrency: number;
  readonly env: NodeJS.ProcessEnv;
}

/** The list begins with one of the allowed beginnings, word for word. */
export function isAllowed(argv: readonly string[], allow: readonly (readonly string[])[]): boolean {
  return allow.some((start) => start.length <= argv.length && start.every((word, at) => word === argv[at]));
}

export class Executor {
  readonly #options: ExecuteOptions;
  readonly #stops = new Set<() => void>();

  constructor(options: ExecuteOptions) {
    this.#options = options;
  }

  /** @throws Refusal `forbidden` (not allowed here), `overloaded`, `not_found` (no such program) */
  check({ argv }: ExecuteRequest): void {
    const { allow, concurrency } = this.#options;
    if (!isAllowed(argv, allow)) throw new Refusal('forbidden', 'executeAllow does not list this command');
    if (this.#stops.size >= concurrency)
      throw new Refusal('overloaded', 'as many commands as allowed are running');
  }

  /** @throws Refusal as `check`, and `not_found` when the program can not be started */
  async run(request: ExecuteRequest): Promise<ExecuteResult> {
    this.check(request);
    const [program = '', ...args] = request.argv;
    const id = crypto.randomUUID();
    const startedAt = performance.now();
    const child = spawn(program, args, {
      cwd: '/',
      env: this.#environment(id),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let timedOut = false;
    const stop = () => void (child.pid !== undefined && killTree(child.pid, id));
    this.#stops.add(stop);
    const seconds = Math.min(request.timeoutSeconds ?? this.#options.seconds, this.#options.seconds);
    const late = setTimeout(() => {
      timedOut = true;
      stop();
    }, seconds * 1000);
    try {
      const [stdout, stderr, [status, signal]] = await Promise.all([
        head(child.stdout),
        head(child.stderr),
        // What it left running holds no request open, nor lives on.
        once(child, 'exit').then((how) => {
          stop();
          return how as [number | null, string | null];
        }),
      ]);
      const milliseconds = Math.round(performance.now() - startedAt);
      const truncated = stdout.truncated || stderr.truncated;
      return { status, signal, timedOut, stdout: stdout.text, stderr: stderr.text, truncated, milliseconds };
    } catch (cause) {
      throw new Refusal('not_found', 'the program could not be started', { cause });
    } finally {
      clearTimeout(late);
      this.#stops.delete(stop);
    }
  }

  /** Ends everything that runs. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  #environment(id: string): NodeJS.ProcessEnv {
    const kept = ENVIRONMENT.flatMap((name) => {
      const value = this.#options.env[name];
      return value === undefined ? [] : [[name, value]];
    });
    return { PATH, HOME: '/', ...Object.fromEntries(kept), [MARK]: id };
  }
}

/** The beginning of a stream; the rest is read and dropped, so that the writer is not held up. */
async function head(stream: Readable): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, MAX_OUTPUT_BYTES - kept);
    truncated ||= part.length < chunk.length;
    kept += part.length;
    if (part.length > 0) chunks.push(part);
  }
  return { text: Buffer.concat(chunks).toString('utf8'), truncated };
}
