/** Whether this process can do its work. */
import { z } from 'zod';
import { forAnyone, forPlatform } from '../access.ts';
import { jobMetrics, jobStatus } from '../jobs/status.ts';
import { answers, createRoute, json, newRouter } from '../routes.ts';
import type { Services } from '../services.ts';

const Part = z.object({ ok: z.boolean(), latencyMs: z.number().optional() });
const Health = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  parts: z.record(z.string(), Part).optional(),
  /** Whether each background job ran in time and did its work. */
  jobs: z
    .record(z.string(), z.object({ ok: z.boolean(), lastRunAt: z.iso.datetime().nullable() }))
    .optional(),
});
const health = createRoute({
  ...forAnyone,
  method: 'get',
  path: '/health',
  summary: 'Whether this process can do its work',
  request: {
    query: z.object({
      detailed: z
        .stringbool()
        .default(false)
        .meta({ examples: ['true'] }),
    }),
  },
  responses: {
    200: { description: 'Serving', ...json(Health) },
    503: { description: 'Not serving', ...json(Health) },
  },
});

const Job = z.object({
  name: z.string(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nullable(),
  done: z.int(),
  runs: z.int(),
  failures: z.int(),
  error: z.string().nullable(),
  late: z.boolean(),
});
const listJobs = createRoute({
  ...forPlatform('platform-audit.read'),
  method: 'get',
  path: '/v1/platform/jobs',
  summary: 'The background jobs, and how each ran last',
  responses: answers(200, z.object({ jobs: z.array(Job) })),
});

export const healthRoutes = newRouter();

healthRoutes.openapi(health, async (c) => {
  const services: Services = c.get('services');
  const { db, limits } = services;
  if (!c.req.valid('query').detailed) return c.json({ status: 'ok' as const }, 200);
  const [database, redis] = await Promise.all([measure(db.ping), measure(limits.ping)]);
  const jobs = await jobStatus(services).catch(() => []);
  const allWork = jobs.every(({ failures, late }) => failures === 0 && !late);
  // Redis may be lost; the database may not.
  const status = !database.ok ? 'down' : redis.ok && allWork ? 'ok' : 'degraded';
  const each = jobs.map(({ name, failures, late, finishedAt }) => [
    name,
    { ok: failures === 0 && !late, lastRunAt: finishedAt },
  ]);
  const answer = { status, parts: { database, redis }, jobs: Object.fromEntries(each) } as const;
  return c.json(answer, status === 'down' ? 503 : 200);
});

healthRoutes.openapi(listJobs, async (c) => c.json({ jobs: await jobStatus(c.get('services')) }, 200));

healthRoutes.get('/metrics', async (c) => {
  const services: Services = c.get('services');
  // Without the database the process still has its own counts to tell.
  const jobs = await jobStatus(services).then(jobMetrics, () => '');
  return c.text(services.metrics.text() + jobs);
});

async function measure(ping: () => Promise<number>): Promise<z.infer<typeof Part>> {
  try {
    return { ok: true, latencyMs: Math.round((await ping()) * 100) / 100 };
  } catch {
    return { ok: false };
  }
}
