/** The peer: Hono and `postgres` asking the same question, with nobody to authenticate and no row-level security (its role steps around it). */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import postgres from 'postgres';

const sql = postgres(process.env['DATABASE_URL'] ?? '', { max: 10, onnotice: () => {} });
const app = new Hono();
app.get('/orgs/:org/users/:user/resources', async (c) => {
  const { org, user } = c.req.param();
  const rows = await sql`
    select r.id, r.name, r.protocol, g.channels from resources r join grants g on g.resource_id = r.id
    where r.org_id = ${org} and (g.user_id = ${user} or g.role = 'organization_user') order by r.name`;
  return c.json({ resources: rows });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.(port));
process.once('disconnect', () => process.exit(0));
