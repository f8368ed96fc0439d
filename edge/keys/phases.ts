/**
 * How a cluster exchanges its signing key or its CA, and how it goes back: pure. At most two keys of a purpose are believed at a time.
 *
 *     introduce        activate            retire
 *     - -> introduced  introduced -> active
 *                      active -> previous  previous -> retired
 *
 * `back` undoes the last of them. What must be waited for before a step, so that nobody meets a key they do not know or shows one that is not believed any more, is said in `blocking`.
 */
import type { ClusterKey, KeyPhase, RotationStep } from '../../schema/api/keys.ts';
import { RESUME_LIFETIME_S } from '../../schema/tokens/data-plane.ts';
import { CLOCK_SKEW_S } from '../../schema/tokens/verify.ts';

export interface PhasedKey {
  readonly id: string;
  readonly phase: KeyPhase;
  /** Milliseconds since the epoch. */
  readonly phaseAt: number;
  readonly createdAt: number;
}

/** `to: null` removes the key. */
export interface Move {
  readonly id: string;
  readonly to: KeyPhase | null;
}
export type Moves = { readonly make: boolean; readonly moves: readonly Move[] };

/** How long after a signing key signed its last what it signed may be shown: a token for resuming lives longest. */
export const OVERLAP_MS = (RESUME_LIFETIME_S + 2 * CLOCK_SKEW_S) * 1000;

/** What a step does; undefined when it is not its turn. */
export function movesOf(step: RotationStep, keys: readonly PhasedKey[]): Moves | undefined {
  const at = (phase: KeyPhase) => keys.find((key) => key.phase === phase);
  const [introduced, active, previous, retired] = [
    at('introduced'),
    at('active'),
    at('previous'),
    at('retired'),
  ];
  const to = (key: PhasedKey, phase: KeyPhase | null): Move => ({ id: key.id, to: phase });
  if (!active) return undefined;
  switch (step) {
    case 'introduce':
      if (introduced || previous) return undefined;
      return { make: true, moves: retired ? [to(retired, null)] : [] };
    case 'activate':
      return introduced && { make: false, moves: [to(introduced, 'active'), to(active, 'previous')] };
    case 'retire':
      return previous && { make: false, moves: [to(previous, 'retired')] };
    case 'back':
      if (introduced) return { make: false, moves: [to(introduced, null)] };
      if (previous) return { make: false, moves: [to(active, 'introduced'), to(previous, 'active')] };
      return retired && { make: false, moves: [to(retired, 'previous')] };
  }
}

export interface Waiting {
  readonly toLearn: readonly string[];
  readonly toRenew: readonly string[];
}

/** Until when what a key signed, which does not sign any more, may still be in use. */
export function overlapUntil(purpose: ClusterKey, keys: readonly PhasedKey[]): number | undefined {
  if (purpose !== 'signing') return undefined;
  // One that was introduced in this very moment has signed nothing; one that came back to it has.
  const stopped = keys.find(
    ({ phase, phaseAt, createdAt }) =>
      phase === 'previous' || (phase === 'introduced' && phaseAt > createdAt),
  );
  return stopped && stopped.phaseAt + OVERLAP_MS;
}

/** Why a step must wait; undefined when it need not. */
export function blocking(
  step: RotationStep,
  purpose: ClusterKey,
  keys: readonly PhasedKey[],
  waiting: Waiting,
  now: number,
): string | undefined {
  const removes = step === 'retire' || (step === 'back' && keys.some(({ phase }) => phase === 'introduced'));
  if (step !== 'activate' && !removes) return undefined;
  const { toLearn, toRenew } = waiting;
  if (toLearn.length > 0) return `these nodes do not know the keys as they are yet: ${toLearn.join(', ')}`;
  if (step === 'activate') return undefined;
  if (purpose === 'ca')
    return toRenew.length === 0
      ? undefined
      : `these nodes still show a certificate of the other CA: ${toRenew.join(', ')}`;
  const until = overlapUntil(purpose, keys);
  return until === undefined || until <= now
    ? undefined
    : `what the key signed may be in use until ${new Date(until).toISOString()}`;
}
