/** What a role is given, and what it gives back. The agent runs each assigned role in a process of its own. */
import type { SessionId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import type { TlsIdentity } from '../quic/quic.ts';
import type { HeldSession, Log, ServiceControl } from '../sessions/control.ts';

export interface RoleContext {
  readonly identity: TlsIdentity;
  readonly snapshot: Snapshot;
  readonly listen: { readonly host: string; readonly port: number };
  readonly control: ServiceControl;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface RunningRole {
  /** `host:port` others may dial; undefined when this role only dials. */
  readonly endpoint: string | undefined;
  update(snapshot: Snapshot): void;
  setIdentity(identity: TlsIdentity): void;
  sessions(): HeldSession[];
  endSession(id: SessionId): void;
  /** Gauges and counters by name, without the `fabric_` prefix. */
  metrics(): Record<string, number>;
  close(): Promise<void>;
}

export type StartRole = (context: RoleContext) => Promise<RunningRole>;
export type Roles = Readonly<Record<NodeRole, StartRole>>;
