/** The roles of this node: exactly those the snapshot assigns, each under its supervisor. */
import type { TlsIdentity } from '../../dataplane/quic/quic.ts';
import type { SealSecret } from '../../dataplane/roles/role.ts';
import type { PeerMemory } from '../../dataplane/routing/peers.ts';
import type { ServiceControl } from '../../dataplane/sessions/control.ts';
import type { Heartbeat } from '../../schema/api/nodes.ts';
import type { SessionId } from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import type { AuditEvent, AuditFields } from '../audit/entry.ts';
import type { AgentConfig } from '../config.ts';
import type { RoleStatus } from '../local-api/status.ts';
import { hostTools, type Limits } from './confinement.ts';
import { RoleSupervisor } from './supervisor.ts';

export interface RoleSetOptions {
  readonly config: AgentConfig;
  readonly identity: () => TlsIdentity;
  readonly publicTls: () => TlsIdentity | undefined;
  /** What clients' channels are sealed with. */
  readonly seal: () => SealSecret;
  readonly snapshot: () => Snapshot | undefined;
  readonly control: ServiceControl;
  /** What is remembered of the neighbours. */
  readonly peers?: () => readonly PeerMemory[];
  /** Something a heartbeat should tell at once. */
  readonly changed: () => void;
  readonly record: (event: AuditEvent, fields: AuditFields) => void;
  readonly log: { warn(fields: object, message: string): void };
}

export class RoleSet {
  readonly #options: RoleSetOptions;
  readonly #roles = new Map<NodeRole, RoleSupervisor>();
  /** Those that were taken away and are still ending. One of the same name waits for its end: it needs its port. */
  readonly #ending = new Map<NodeRole, Promise<void>>();
  readonly #tools = hostTools();
  #closed = false;

  constructor(options: RoleSetOptions) {
    this.#options = options;
  }

  apply(snapshot: Snapshot): void {
    // A node that was revoked has no role left: nobody finishes anything on it.
    const drainMs = snapshot.roles.length === 0 ? 0 : this.#options.config.drainSeconds * 1000;
    for (const [role, supervisor] of this.#roles) {
      if (snapshot.roles.includes(role)) supervisor.update(snapshot);
      else void this.#end(role, supervisor, drainMs);
    }
    for (const role of snapshot.roles) if (!this.#roles.has(role)) this.#start(role);
  }

  async stopAll(drainMs: number): Promise<void> {
    for (const [role, supervisor] of this.#roles) void this.#end(role, supervisor, drainMs);
    await Promise.all(this.#ending.values());
  }

  async close(drainMs: number): Promise<void> {
    this.#closed = true;
    await this.stopAll(drainMs);
  }

  renewIdentity(): void {
    for (const role of this.#roles.values()) role.renewIdentity();
  }

  endSession(session: SessionId): void {
    for (const role of this.#roles.values()) role.endSession(session);
  }

  /** undefined until every role is up. */
  heartbeat(): Heartbeat | undefined {
    const roles = [...this.#roles.values()];
    if (!roles.every(({ ready }) => ready)) return undefined;
    return {
      endpoints: roles.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [endpoint])),
      sessions: roles.flatMap(({ sessions }) => sessions),
    };
  }

  status(): RoleStatus[] {
    return [...this.#roles.values()].map(
      ({ role, ready, pid, endpoint, restarts, sessions, confinement, metrics }) => ({
        role,
        ready,
        pid,
        endpoint,
        restarts,
        sessions: sessions.length,
        confinement,
        metrics,
      }),
    );
  }

  /** What each role that runs knows of its network. */
  networks(): { role: NodeRole; report: NetworkReport }[] {
    return [...this.#roles.values()].flatMap(({ role, network }) =>
      network ? [{ role, report: network }] : [],
    );
  }

  #start(role: NodeRole): void {
    const ending = this.#ending.get(role);
    if (ending) {
      void ending.then(() => this.#startIfAssigned(role));
      return;
    }
    this.#startIfAssigned(role);
  }

  /** What was assigned when the wait began may not be any more. */
  #startIfAssigned(role: NodeRole): void {
    const { config, snapshot, identity, publicTls, seal, control, changed, record, log } = this.#options;
    const current = snapshot();
    if (this.#closed || this.#roles.has(role) || !current?.roles.includes(role)) return;
    const { listenHost, listenPort, publicHost, logLevel } = config;
    this.#roles.set(
      role,
      new RoleSupervisor({
        role,
        identity,
        publicTls,
        // Who does not end clients' channels has no business with the key they are sealed with.
        seal: () => (role === 'service' ? seal() : undefined),
        snapshot: () => snapshot() ?? current,
        listen: { host: listenHost, port: listenPort, publicHost },
        ...(this.#options.peers ? { peers: this.#options.peers } : {}),
        logLevel,
        control,
        changed,
        log,
        tools: this.#tools,
        limits: limitsOf(config),
        record,
      }),
    );
  }

  async #end(role: NodeRole, supervisor: RoleSupervisor, drainMs: number): Promise<void> {
    this.#roles.delete(role);
    const ended = supervisor.close(drainMs);
    this.#ending.set(role, ended);
    await ended.finally(() => this.#ending.delete(role));
  }
}

function limitsOf({
  roleUser,
  roleGroup,
  roleMemoryMiB,
  roleCpuPercent,
  roleOpenFiles,
}: AgentConfig): Limits {
  return {
    identity:
      roleUser === undefined || roleGroup === undefined ? undefined : { user: roleUser, group: roleGroup },
    memoryMiB: roleMemoryMiB,
    cpuPercent: roleCpuPercent,
    openFiles: roleOpenFiles,
  };
}
