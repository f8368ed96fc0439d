/** What sessions need from outside: the control API, and somewhere to log. */
import type { ControlChange, SessionStart } from '../../schema/api/nodes.ts';
import type { PutPart } from '../../schema/api/recordings.ts';
import type { SessionId } from '../../schema/ids.ts';
import type { SessionState } from '../../schema/session.ts';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SessionReport {
  readonly state: SessionState;
  readonly generation: number;
  readonly reason?: string;
  /** Who came or left; the state is then as it was. */
  readonly control?: ControlChange;
}

/** The control API, as a service node needs it. */
export interface ServiceControl {
  /** @returns what the cluster signed for this node, in answer to this call. @throws Refusal */
  startSession(session: SessionId): Promise<SessionStart>;
  /** @throws Refusal `stale_generation`, `conflict`, `not_found`: the control plane knows better */
  report(session: SessionId, report: SessionReport): Promise<void>;
  /** A sealed part of a recording; told twice, kept once. @throws Refusal */
  putPart(recording: string, part: PutPart): Promise<void>;
}

export interface HeldSession {
  readonly id: SessionId;
  readonly state: SessionState;
  readonly generation: number;
}
