/** What the agent says of itself to the host's own operator. */
import type { Waiting } from '../enrol.ts';
import type { Capabilities } from '../monitor/capabilities.ts';
import type { Sample, Watched } from '../monitor/monitor.ts';
import type { Allowed, Standing } from '../state/node-state.ts';

export interface RoleStatus {
  readonly role: string;
  readonly ready: boolean;
  readonly pid: number | undefined;
  readonly endpoint: string | undefined;
  readonly restarts: number;
  readonly sessions: number;
  /** In words, each thing that holds the process in. */
  readonly confinement: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

export interface AgentStatus {
  readonly name: string;
  readonly node: string | undefined;
  readonly enrolled: boolean;
  /** A person has to let it in first; the fingerprint is what they compare. */
  readonly waiting: Waiting | undefined;
  readonly standing: Standing;
  readonly allowed: Allowed;
  /** Of the authority it follows. */
  readonly epoch: number;
  /** Milliseconds since the epoch. */
  readonly lastContactAt: number | undefined;
  readonly snapshotVersion: number;
  readonly snapshotExpiresAt: number | undefined;
  readonly certificateExpiresAt: number | undefined;
  readonly peers: number;
  readonly waitingReports: number;
  /** Above TLS, since the agent started. */
  readonly controlBytes: number;
  /** One connection to the control plane is held open. */
  readonly live: boolean;
  readonly roles: readonly RoleStatus[];
  readonly capabilities: Capabilities | undefined;
  readonly host: Sample | undefined;
  readonly services: readonly Watched[];
  readonly processes: readonly Watched[];
  readonly audit: { readonly seq: number; readonly hash: string };
  readonly memoryBytes: number;
  readonly uptimeSeconds: number;
}

export interface SimpleStatus {
  readonly name: string;
  readonly status: 'ok' | 'starting' | 'degraded' | 'partitioned' | 'isolated';
  readonly roles: Readonly<Record<string, boolean>>;
  readonly cpuPercent: number | undefined;
  readonly memoryUsedPercent: number | undefined;
  readonly diskUsedPercent: number | undefined;
}

/** Every role that was assigned runs. A control plane that is away does not make a node that works a sick one. */
export const isWell = ({ enrolled, standing, roles }: AgentStatus): boolean =>
  enrolled && standing !== 'isolated' && roles.every(({ ready }) => ready);

export function simpleStatus(status: AgentStatus): SimpleStatus {
  const { host, standing } = status;
  const used = (total = 0, free = 0) =>
    total === 0 ? undefined : Math.round((100 * (total - free)) / total);
  const away = standing === 'starting' || standing === 'connected' ? undefined : standing;
  return {
    name: status.name,
    status: away ?? (isWell(status) ? 'ok' : 'starting'),
    roles: Object.fromEntries(status.roles.map(({ role, ready }) => [role, ready])),
    cpuPercent: host && Math.round(host.cpuPercent),
    memoryUsedPercent: used(host?.memoryTotal, host?.memoryAvailable),
    diskUsedPercent: used(host?.diskTotal, host?.diskFree),
  };
}

/** Prometheus exposition format 0.0.4. */
export function metricsText(status: AgentStatus): string {
  const { snapshotVersion, roles, host, services, processes } = status;
  const gauge = (name: string, value: number) => [`# TYPE ${name} gauge`, `${name} ${value}`];
  const lines = [
    ...gauge('fabric_agent_snapshot_version', snapshotVersion),
    ...gauge('fabric_agent_connected', status.standing === 'connected' ? 1 : 0),
    ...gauge('fabric_agent_memory_bytes', status.memoryBytes),
    ...gauge('fabric_agent_control_bytes_total', status.controlBytes),
    ...gauge('fabric_agent_waiting_reports', status.waitingReports),
  ];
  for (const { role, ready, restarts, metrics } of roles) {
    lines.push(
      `fabric_role_ready{role="${role}"} ${ready ? 1 : 0}`,
      `fabric_role_restarts_total{role="${role}"} ${restarts}`,
    );
    for (const [name, value] of Object.entries(metrics))
      lines.push(`fabric_${name}{role="${role}"} ${value}`);
  }
  for (const [name, value] of Object.entries(host ?? {})) {
    if (name !== 'at') lines.push(`fabric_host_${snake(name)} ${value}`);
  }
  for (const { name, running } of services) lines.push(`fabric_service_running{name="${name}"} ${running}`);
  for (const { name, running, residentBytes } of processes) {
    lines.push(
      `fabric_process_running{name="${name}"} ${running}`,
      `fabric_process_resident_bytes{name="${name}"} ${residentBytes}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
