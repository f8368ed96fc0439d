/** Runs the gateway: REDIS_URL, UPSTASH_REDIS_REST_TOKEN and PORT from the environment. Tells its parent, or standard output, when it listens. */
import { serve } from '@hono/node-server';
import { Redis } from 'ioredis';
import { createGateway } from './gateway.ts';

const { REDIS_URL: url, UPSTASH_REDIS_REST_TOKEN: token, PORT: port = '0' } = process.env;
if (!url || !token) throw new Error('the gateway needs REDIS_URL and UPSTASH_REDIS_REST_TOKEN');

const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: true });
redis.on('error', (error: Error) => process.stderr.write(`redis: ${error.message}\n`));
const server = serve(
  { fetch: createGateway(redis, token).fetch, hostname: '127.0.0.1', port: Number(port) },
  (address) => {
    if (process.send) process.send({ listening: address.port });
    else process.stdout.write(`listening on http://127.0.0.1:${address.port}\n`);
  },
);

function stop(): void {
  server.close();
  redis.disconnect();
  setImmediate(() => process.exit(0));
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
process.once('disconnect', stop);
