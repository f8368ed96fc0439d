/**
 * Whether a direct link is to be tried between two nodes that reach each other through relays, and what kind of NAT a node is behind. Pure. A shortcut is only ever one more way: it is scored
 * like all others, and what went before stays known, so it is left as easily as it is taken.
 */

export interface ShortcutPolicy {
  /** A flow of that age is there to stay, milliseconds. */
  readonly longLivedMs: number;
  /** A way quicker than this is not worth a shortcut, milliseconds. */
  readonly highMs: number;
}
export const SHORTCUTS: ShortcutPolicy = { longLivedMs: 10_000, highMs: 20 };

/** A try that came to nothing is not repeated before. */
export const AGAIN_MS = 60_000;

export interface ShortcutFacts {
  /** The oldest flow to that node, milliseconds. */
  readonly flowAgeMs: number;
  readonly rttMs: number;
  readonly relays: number;
  /** The snapshot names the node as a neighbour, with the key it must show: trust and policy in one, signed. */
  readonly isNamed: boolean;
  /** The snapshot has this side dial it, without saying where: a direct link is permitted, if they can meet. */
  readonly mayMeet: boolean;
  /** Of this node. */
  readonly nat: Nat;
  readonly sinceLastTryMs: number;
  readonly isLinked: boolean;
}

export type Unmet =
  | 'linked_already'
  | 'no_long_lived_flow'
  | 'not_slow'
  | 'nothing_to_gain'
  | 'not_permitted'
  | 'not_trusted'
  | 'not_possible'
  | 'tried_lately';

/** @returns the conditions that are not met (document 2, section 3.2); the last of them, that it is better, is the score's to say once there is a link */
export function unmet(facts: ShortcutFacts, policy = SHORTCUTS): Unmet[] {
  const conditions: [boolean, Unmet][] = [
    [!facts.isLinked, 'linked_already'],
    [facts.flowAgeMs >= policy.longLivedMs, 'no_long_lived_flow'],
    [facts.rttMs >= policy.highMs, 'not_slow'],
    [facts.relays > 0, 'nothing_to_gain'],
    [facts.mayMeet, 'not_permitted'],
    [facts.isNamed, 'not_trusted'],
    [facts.nat !== 'symmetric', 'not_possible'],
    [facts.sinceLastTryMs >= AGAIN_MS, 'tried_lately'],
  ];
  return conditions.flatMap(([isMet, name]) => (isMet ? [] : [name]));
}

/** `open`: seen as it is bound. `cone`: one address outside for all. `symmetric`: another outside for each peer, which no one can know beforehand. */
export type Nat = 'unknown' | 'open' | 'cone' | 'symmetric';

/** From where peers see this node come, `address:port`, and where it is bound. Two peers are needed to tell a symmetric NAT from another. */
export function natOf(
  seen: readonly string[],
  bound: { readonly address: string; readonly port: number },
): Nat {
  const distinct = new Set(seen);
  if (distinct.size > 1) return 'symmetric';
  const [only] = distinct;
  if (only === undefined) return 'unknown';
  if (only === `${bound.address}:${bound.port}`) return 'open';
  return seen.length > 1 ? 'cone' : 'unknown';
}
