/**
 * Whether a control plane may act as the one authority of a cluster (document 2, section 6). Pure. It is proven while nobody has said otherwise and more than half of the nodes
 * known lately are heard: a side that lost them is the minority, and does nothing that widens trust.
 */
import type { Authority, Quorum } from '../../schema/cluster.ts';

/** A node that was heard of within a day counts. */
export const WITNESS_MS = 24 * 3_600_000;
/** It is heard when its last word is younger than this: several heartbeats. */
export const HEARD_MS = 90_000;
/** With fewer there is no majority worth the name: one node that restarts would stop everything. */
export const FEWEST_WITNESSES = 3;

export interface AuthorityFacts {
  readonly authority: Authority;
  readonly quorum: Quorum;
  readonly witnesses: number;
  readonly heard: number;
}

/** Why it is not proven; undefined when it is. */
export function unproven({ authority, quorum, witnesses, heard }: AuthorityFacts): string | undefined {
  if (authority === 'fenced') return 'a node proved that another side was promoted';
  if (authority === 'split') return 'this side was told to stand back';
  if (quorum === 'none' || witnesses < FEWEST_WITNESSES || heard * 2 > witnesses) return undefined;
  return `${heard} of ${witnesses} nodes are heard`;
}

export type PartitionVerb = 'split' | 'promote' | 'merge';
export interface AuthorityState {
  readonly authority: Authority;
  readonly epoch: number;
  readonly seenEpoch: number;
}

/** What the verb makes of it, or why not. The epoch only ever grows. */
export function after(verb: PartitionVerb, state: AuthorityState): AuthorityState | string {
  const { authority, epoch, seenEpoch } = state;
  const whole = (next: number): AuthorityState => ({
    authority: 'whole',
    epoch: next,
    seenEpoch: Math.max(next, seenEpoch),
  });
  if (verb === 'split')
    return authority === 'whole' ? { ...state, authority: 'split' } : `this side is ${authority} already`;
  if (verb === 'promote')
    return authority === 'fenced'
      ? `another side was promoted (epoch ${seenEpoch}): stop that one, then merge`
      : whole(epoch + 1);
  return authority === 'whole' ? 'there is nothing to merge' : whole(Math.max(epoch, seenEpoch) + 1);
}
