/** What a role is given, and what it gives back. The agent runs each assigned role in a process of its own. */
import type { SessionId } from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import type { TlsIdentity } from '../quic/quic.ts';
import type { PeerMemory } from '../routing/peers.ts';
import type { HeldSession, Log, ServiceControl } from '../sessions/control.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
  /** Name or address under which others reach it; `host` when undefined. */
  readonly publicHost: string | undefined;
}

/** What a service node seals with: X25519. */
export interface SealSecret {
  /** PKCS#8, DER. */
  readonly pkcs8: Uint8Array;
  /** Raw. */
  readonly publicKey: Uint8Array;
}

export interface RoleContext {
  readonly identity: TlsIdentity;
  readonly snapshot: Snapshot;
  /** For browsers over TCP, who trust no pinned certificate; undefined: they are shown `identity`, and refuse it. */
  readonly publicTls: TlsIdentity | undefined;
  /** The service role only. */
  readonly seal: SealSecret | undefined;
  readonly listen: Listen;
  readonly control: ServiceControl;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What was known of the neighbours before this process began. */
  readonly peers?: readonly PeerMemory[];
}

export interface RunningRole {
  /** `host:port` others may dial; undefined when this role only dials. */
  readonly endpoint: string | undefined;
  update(snapshot: Snapshot): void;
  setIdentity(identity: TlsIdentity, publicTls: TlsIdentity | undefined): void;
  sessions(): HeldSession[];
  endSession(id: SessionId): void;
  /** Gauges and counters by name, without the `fabric_` prefix. */
  metrics(): Record<string, number>;
  /** Takes nothing new, and lets neighbours go other ways; what is there stays until `close`. */
  drain?(): void;
  /** What it knows of its network. */
  network?(): NetworkReport;
  close(): Promise<void>;
}

export type StartRole = (context: RoleContext) => Promise<RunningRole>;
export type Roles = Readonly<Record<NodeRole, StartRole>>;
