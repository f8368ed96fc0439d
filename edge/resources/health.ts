/** Whether this process can do its work. */
import { z } from 'zod';
import { forAnyone } from '../access.ts';
import { createRoute, json, newRouter } from '../routes.ts';
import type { Services } from '../services.ts';

const Part = z.object({ ok: z.boolean(), latencyMs: z.number().optional() });
const Health = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  parts: z.record(z.string(), Part).optional(),
});
const health = createRoute({
  ...forAnyone,
  method: 'get',
  path: '/health',
  summary: 'Whether this process can do its work',
  request: { query: z.object({ detailed: z.stringbool().default(false) }) },
  responses: {
    200: { description: 'Serving', ...json(Health) },
    503: { description: 'Not serving', ...json(Health) },
  },
});

export const healthRoutes = newRouter();

healthRoutes.openapi(health, async (c) => {
  const { db, limits }: Services = c.get('services');
  if (!c.req.valid('query').detailed) return c.json({ status: 'ok' as const }, 200);
  const [database, redis] = await Promise.all([measure(db.ping), measure(limits.ping)]);
  // Redis may be lost; the database may not.
  const status = !database.ok ? 'down' : redis.ok ? 'ok' : 'degraded';
  return c.json({ status, parts: { database, redis } } as const, status === 'down' ? 503 : 200);
});

async function measure(ping: () => Promise<number>): Promise<z.infer<typeof Part>> {
  try {
    return { ok: true, latencyMs: Math.round((await ping()) * 100) / 100 };
  } catch {
    return { ok: false };
  }
}
