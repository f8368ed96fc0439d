/** How the background jobs are: for health, metrics and the platform's people. */
import { jobs } from '../../schema/tables/index.ts';
import type { Services } from '../services.ts';

export interface JobStatus {
  readonly name: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly done: number;
  readonly runs: number;
  /** In a row. */
  readonly failures: number;
  readonly error: string | null;
  readonly late: boolean;
}

/** A job so long past its time has nobody that runs it. */
const LATE_MS = 10 * 60_000;

export async function jobStatus({ db, now }: Services): Promise<JobStatus[]> {
  const rows = await db.platform((tx) => tx.select().from(jobs).orderBy(jobs.name));
  return rows.map((row) => ({
    name: row.name,
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    durationMs: row.durationMs,
    done: row.done,
    runs: row.runs,
    failures: row.failures,
    error: row.error,
    late: now() - row.nextAt.getTime() > LATE_MS,
  }));
}

/** In the Prometheus text format, gauges from the database: the same whichever process is asked. */
export function jobMetrics(status: readonly JobStatus[]): string {
  const family = (name: string, help: string, value: (job: JobStatus) => number | undefined) => [
    `# HELP fabric_job_${name} ${help}`,
    `# TYPE fabric_job_${name} gauge`,
    ...status.flatMap((job) => {
      const number = value(job);
      return number === undefined ? [] : [`fabric_job_${name}{job="${job.name}"} ${number}`];
    }),
  ];
  return [
    ...family('last_run_seconds', 'When it last finished, seconds since the epoch.', ({ finishedAt }) =>
      finishedAt === null ? undefined : Date.parse(finishedAt) / 1000,
    ),
    ...family('duration_seconds', 'How long its last run took.', ({ durationMs }) =>
      durationMs === null ? undefined : durationMs / 1000,
    ),
    ...family('runs', 'Runs so far.', ({ runs }) => runs),
    ...family('failures', 'Failed runs in a row.', ({ failures }) => failures),
    '',
  ].join('\n');
}
