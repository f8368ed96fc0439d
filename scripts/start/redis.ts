/** A real redis-server and the REST gateway before it. */
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../../agent/atomic-file.ts';
import type { Processes } from './processes.ts';

const GATEWAY = fileURLToPath(new URL('../../edge/redis-gateway/main.ts', import.meta.url));

export interface RedisSecrets {
  readonly password: string;
  readonly token: string;
}

/** @returns the gateway's URL */
export async function startRedis(
  processes: Processes,
  data: string,
  ports: { redis: number; gateway: number },
  secrets: RedisSecrets,
): Promise<string> {
  const config = `${data}/redis.conf`;
  const lines = [
    'bind 127.0.0.1',
    `port ${ports.redis}`,
    'save ""',
    'appendonly no',
    `dir ${data}`,
    `requirepass ${secrets.password}`,
    'maxmemory 256mb',
  ];
  await writeAtomically(config, `${lines.join('\n')}\n`);
  const child = processes.spawn('redis', 'redis-server', [config]);
  await processes.until('redis', child, () => accepts(ports.redis));
  await processes.fork('redis-gateway', GATEWAY, [], {
    ...process.env,
    REDIS_URL: `redis://:${secrets.password}@127.0.0.1:${ports.redis}`,
    UPSTASH_REDIS_REST_TOKEN: secrets.token,
    PORT: String(ports.gateway),
  });
  return `http://127.0.0.1:${ports.gateway}`;
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
