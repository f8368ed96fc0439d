/**
 * Runs what is due. However many processes do so, each job has one runner at a time: whoever takes its lease in the database. A lease ends by itself, so a runner that
 * died holds nothing up; a job that is run twice because of that does nothing twice. (A lease and not an advisory lock, which would not outlive a pooled connection.)
 */
import { and, eq, isNull, lte, or, sql } from 'drizzle-orm';
import { jobs } from '../../schema/tables/index.ts';
import type { Services } from '../services.ts';
import type { Job } from './job.ts';

/** A run should be back after this long; its lease lasts three times that. */
const BOX_MS = 20_000;
const LEASE_MS = 3 * BOX_MS;
const MAX_ERROR = 500;

export interface RunOptions {
  readonly random?: () => number;
  readonly signal?: AbortSignal;
}

/** @returns the names of those that ran */
export async function runDueJobs(
  services: Services,
  registry: readonly Job[],
  { random = Math.random, signal }: RunOptions = {},
): Promise<string[]> {
  const due = await dueNow(services, registry);
  const ran: string[] = [];
  for (const job of due) {
    if (signal?.aborted) break;
    const lease = crypto.randomUUID();
    if (!(await take(services, job, lease))) continue;
    ran.push(job.name);
    await runOne(services, job, lease, random);
  }
  return ran;
}

async function dueNow({ db, now }: Services, registry: readonly Job[]): Promise<Job[]> {
  const rows = await db.platform((tx) => tx.select({ name: jobs.name, nextAt: jobs.nextAt }).from(jobs));
  const next = new Map(rows.map(({ name, nextAt }) => [name, nextAt.getTime()]));
  return registry.filter(({ name }) => (next.get(name) ?? 0) <= now());
}

function take({ db, now }: Services, { name }: Job, lease: string): Promise<boolean> {
  const at = new Date(now());
  return db.platform(async (tx) => {
    await tx.insert(jobs).values({ name, nextAt: at }).onConflictDoNothing();
    const taken = await tx
      .update(jobs)
      .set({ lease, leasedUntil: new Date(now() + LEASE_MS), startedAt: at })
      .where(
        and(
          eq(jobs.name, name),
          lte(jobs.nextAt, at),
          or(isNull(jobs.leasedUntil), lte(jobs.leasedUntil, at)),
        ),
      )
      .returning({ name: jobs.name });
    return taken.length === 1;
  });
}

async function runOne(services: Services, job: Job, lease: string, random: () => number): Promise<void> {
  const { db, now, log } = services;
  const start = now();
  let done = 0;
  let failure: string | null = null;
  try {
    done = await job.run({ services, until: start + BOX_MS, random });
  } catch (error) {
    log.error({ job: job.name, err: error }, 'a job failed');
    failure = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR);
  }
  await db.platform((tx) =>
    tx
      .update(jobs)
      .set({
        lease: null,
        leasedUntil: null,
        finishedAt: new Date(now()),
        durationMs: now() - start,
        nextAt: new Date(start + job.intervalS * 1000),
        runs: sql`${jobs.runs} + 1`,
        failures: failure === null ? 0 : sql`${jobs.failures} + 1`,
        error: failure,
        done,
      })
      .where(and(eq(jobs.name, job.name), eq(jobs.lease, lease))),
  );
}
