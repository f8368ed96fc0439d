/** Between the agent and the process that runs a role: over Node's IPC channel, which no other process can reach. */

import type { TlsIdentity } from '../../dataplane/quic/quic.ts';
import type { Listen, SealSecret } from '../../dataplane/roles/role.ts';
import type { PeerMemory } from '../../dataplane/routing/peers.ts';
import type { HeldSession, SessionReport } from '../../dataplane/sessions/control.ts';
import type { SessionStart } from '../../schema/api/nodes.ts';
import type { PutPart } from '../../schema/api/recordings.ts';
import type { SessionId } from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';

/** Agent to role. */
export type ToRole =
  | {
      readonly type: 'start';
      readonly role: NodeRole;
      readonly identity: TlsIdentity;
      readonly snapshot: Snapshot;
      readonly publicTls: TlsIdentity | undefined;
      readonly seal: SealSecret | undefined;
      readonly listen: Listen;
      /** What was known of the neighbours when the role ran last. */
      readonly peers: readonly PeerMemory[];
      readonly logLevel: string;
    }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | {
      readonly type: 'identity';
      readonly identity: TlsIdentity;
      readonly publicTls: TlsIdentity | undefined;
    }
  | { readonly type: 'end-session'; readonly session: SessionId }
  /** Answered by `pong` as long as the role's event loop turns. */
  | { readonly type: 'ping'; readonly n: number }
  /** Stop once nobody is at a session, or so many milliseconds have passed. */
  | { readonly type: 'drain'; readonly deadlineMs: number }
  | { readonly type: 'answer'; readonly id: number; readonly outcome: Outcome };

export type Outcome =
  | {
      readonly ok: true;
      /** Its credential is sealed to the key that only the service role has. */
      readonly started?: SessionStart;
    }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

/** Role to agent. */
export type FromRole =
  | { readonly type: 'ready'; readonly endpoint: string | undefined }
  | { readonly type: 'pong'; readonly n: number }
  | {
      readonly type: 'status';
      readonly sessions: HeldSession[];
      readonly metrics: Record<string, number>;
    }
  /** Less often: it is long. */
  | { readonly type: 'network'; readonly report: NetworkReport }
  | { readonly type: 'start-session'; readonly id: number; readonly session: SessionId }
  | {
      readonly type: 'report';
      readonly id: number;
      readonly session: SessionId;
      readonly report: SessionReport;
    }
  /** A sealed part of a recording. */
  | { readonly type: 'put-part'; readonly id: number; readonly recording: string; readonly part: PutPart };
