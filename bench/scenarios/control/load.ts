/** Asks one address over and over on connections that stay open. */
import { Agent, request } from 'node:http';

export interface Load {
  readonly perSecond: number;
  /** Milliseconds each. */
  readonly times: readonly number[];
}

/** @throws Error at the first answer that is not 200 */
export async function load(
  url: string,
  headers: Record<string, string>,
  connections: number,
  milliseconds: number,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const start = performance.now();
      const asked = request(url, { agent, headers }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          times.push(performance.now() - start);
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${url} answered ${response.statusCode}`));
        });
      });
      asked.on('error', reject);
      asked.end();
    });
  const start = performance.now();
  try {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() < until) await ask();
      }),
    );
  } finally {
    agent.destroy();
  }
  return { perSecond: (times.length * 1000) / (performance.now() - start), times };
}
