/** What one changed node means for what the others are told. Pure. */
import type { NodeId } from '../../schema/ids.ts';
import type { Neighbour, NeighbourChange } from '../../schema/snapshot.ts';
import { isRelay, type KnownNode, neighbourhood } from './build.ts';

/** One node before and after; without `before` it joined, without `after` it left. */
export interface NodeChange {
  readonly before?: KnownNode;
  readonly after?: KnownNode;
}

/**
 * Must all nodes be looked at? A relay is everybody's business, and where there is none entries and service nodes see each other. Else relays alone see an ordinary node.
 */
export function concernsAll({ before, after }: NodeChange, relaysKnown: number): boolean {
  return relaysKnown === 0 || [before, after].some((node) => node !== undefined && isRelay(node));
}

/** For each node that is told something else than before: what. @param others all that the change can touch, relays always among them */
export function differences(
  others: readonly KnownNode[],
  { before, after }: NodeChange,
): Map<NodeId, NeighbourChange> {
  const unchanged = others.filter(({ id }) => id !== before?.id && id !== after?.id);
  const was = neighbourhood(before ? [...unchanged, before] : unchanged);
  const is = neighbourhood(after ? [...unchanged, after] : unchanged);
  const found = new Map<NodeId, NeighbourChange>();
  for (const node of unchanged) {
    const change = between(was(node), is(node));
    if (change.put.length + change.drop.length > 0) found.set(node.id, change);
  }
  return found;
}

export function between(was: readonly Neighbour[], is: readonly Neighbour[]): NeighbourChange {
  const known = new Map(was.map((one) => [one.node, JSON.stringify(one)]));
  const put = is.filter((one) => known.get(one.node) !== JSON.stringify(one));
  const kept = new Set(is.map(({ node }) => node));
  return { put, drop: was.flatMap(({ node }) => (kept.has(node) ? [] : [node])) };
}

/** Several in a row as one: for each neighbour the last word counts. */
export function merged(changes: readonly NeighbourChange[]): NeighbourChange {
  const last = new Map<NodeId, Neighbour | undefined>();
  for (const { put, drop } of changes) {
    for (const node of drop) last.set(node, undefined);
    for (const one of put) last.set(one.node, one);
  }
  const entries = [...last];
  return {
    put: entries.flatMap(([, one]) => (one ? [one] : [])),
    drop: entries.flatMap(([node, one]) => (one ? [] : [node])),
  };
}
