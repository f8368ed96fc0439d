/** The page behind the demo's `this-host` resource: what this machine is, as plain HTTP on a loopback port. */
import { createServer } from 'node:http';
import { arch, cpus, hostname, release, totalmem, uptime } from 'node:os';

function page(): string {
  const facts = {
    host: hostname(),
    kernel: `${release()} ${arch()}`,
    processors: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    'up for': `${Math.round(uptime() / 60)} minutes`,
  };
  const rows = Object.entries(facts).map(([name, value]) => `<tr><th>${name}<td>${value}`);
  return `<!doctype html><meta charset="utf-8"><title>this-host</title><h1>this-host</h1><p>Reached through the fabric.</p><table>${rows.join('')}</table>\n`;
}

const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page());
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => process.send?.({ listening: true }));
for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, () => process.exit(0));
