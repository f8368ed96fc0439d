/** The life of a session: who may move it from which state to which. */
import { z } from 'zod';

export const SessionState = z.enum(['requested', 'starting', 'active', 'detached', 'terminated', 'failed']);
export type SessionState = z.infer<typeof SessionState>;

const NEXT: Readonly<Record<SessionState, readonly SessionState[]>> = {
  requested: ['starting', 'terminated', 'failed'],
  starting: ['active', 'terminated', 'failed'],
  active: ['detached', 'terminated', 'failed'],
  detached: ['active', 'terminated', 'failed'],
  terminated: [],
  failed: [],
};

export function mayBecome(from: SessionState, to: SessionState): boolean {
  return NEXT[from].includes(to);
}

export function isOver(state: SessionState): boolean {
  return NEXT[state].length === 0;
}

export const OVER_STATES = SessionState.options.filter(isOver);
export const LIVE_STATES = SessionState.options.filter((state) => !isOver(state));
