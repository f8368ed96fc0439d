/** On Node: looks every second for jobs that are due, until closed. At the edge a cron trigger does (`worker.ts`). */
import type { Services } from '../services.ts';
import type { Job } from './job.ts';
import { runDueJobs } from './run.ts';

const LOOK_MS = 1_000;
/** While the database is away. */
const PATIENCE_MS = 5_000;

export interface Scheduler {
  /** Waits for the job that runs. */
  close(): Promise<void>;
}

export function startScheduler(services: Services, registry: readonly Job[]): Scheduler {
  const stop = new AbortController();
  const loop = (async () => {
    while (!stop.signal.aborted) {
      const pause = await runDueJobs(services, registry, { signal: stop.signal }).then(
        () => LOOK_MS,
        (error: unknown) => {
          services.log.warn({ err: error }, 'jobs can not run right now');
          return PATIENCE_MS;
        },
      );
      await pausing(pause, stop.signal);
    }
  })();
  return {
    close: async () => {
      stop.abort();
      await loop;
    },
  };
}

function pausing(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = () => resolve();
  const timer = setTimeout(settle, ms);
  signal.addEventListener('abort', settle, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', settle);
  });
}
