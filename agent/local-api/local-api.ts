/** For the host's own operator, on a loopback address only: is it well, what does it do, how much. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

export interface AgentStatus {
  readonly name: string;
  readonly node: string | undefined;
  readonly enrolled: boolean;
  readonly snapshotVersion: number;
  readonly roles: readonly {
    readonly role: string;
    readonly ready: boolean;
    readonly pid: number | undefined;
    readonly endpoint: string | undefined;
    readonly restarts: number;
    readonly sessions: number;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
}

export interface LocalApi {
  readonly port: number;
  close(): Promise<void>;
}

export function startLocalApi(port: number, status: () => AgentStatus): Promise<LocalApi> {
  const app = new Hono();
  const isWell = () => status().enrolled && status().roles.every(({ ready }) => ready);
  app.get('/health', (c) => c.json({ status: isWell() ? 'ok' : 'starting' }, isWell() ? 200 : 503));
  app.get('/status', (c) => c.json(status()));
  app.get('/metrics', (c) => c.text(metricsText(status())));
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
      resolve({
        port: address.port,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

/** Prometheus exposition format 0.0.4. */
export function metricsText({ snapshotVersion, roles }: AgentStatus): string {
  const lines = [
    '# TYPE fabric_agent_snapshot_version gauge',
    `fabric_agent_snapshot_version ${snapshotVersion}`,
  ];
  for (const { role, ready, restarts, metrics } of roles) {
    lines.push(
      `fabric_role_ready{role="${role}"} ${ready ? 1 : 0}`,
      `fabric_role_restarts_total{role="${role}"} ${restarts}`,
    );
    for (const [name, value] of Object.entries(metrics))
      lines.push(`fabric_${name}{role="${role}"} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}
