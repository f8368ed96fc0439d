/**
 * Where to send a flow next: reachability learned from neighbours as path vectors, which are free of loops because a path that holds this node is not
 * taken. Pure: knows no link and no clock.
 */
import type { NodeId } from '../../schema/ids.ts';
import { MAX_RELAYS } from '../../schema/wire/link.ts';

export interface Route {
  /** The neighbour first, the destination last. */
  readonly path: readonly NodeId[];
  readonly rttMs: number;
}

/** Destinations a node remembers per neighbour; further ones are not taken. */
const MAX_DESTINATIONS = 10_000;

export class Routes {
  readonly #self: NodeId;
  /** Neighbour to destination to route. */
  readonly #learned = new Map<NodeId, Map<NodeId, Route>>();

  constructor(self: NodeId) {
    this.#self = self;
  }

  neighbourUp(neighbour: NodeId): void {
    this.#learned.set(neighbour, new Map([[neighbour, { path: [neighbour], rttMs: 0 }]]));
  }

  /** @returns the destinations whose best route may have changed */
  neighbourDown(neighbour: NodeId): NodeId[] {
    const lost = [...(this.#learned.get(neighbour)?.keys() ?? [])];
    this.#learned.delete(neighbour);
    return lost;
  }

  /** A neighbour says what it reaches; an empty path withdraws. @returns whether anything changed */
  learn(neighbour: NodeId, to: NodeId, path: readonly NodeId[], rttMs: number): boolean {
    const table = this.#learned.get(neighbour);
    if (!table || to === neighbour || to === this.#self) return false;
    const usable =
      path.length > 0 && path[0] === neighbour && path.at(-1) === to && !path.includes(this.#self);
    if (!usable || path.length > MAX_RELAYS + 1) return table.delete(to);
    if (table.size >= MAX_DESTINATIONS && !table.has(to)) return false;
    table.set(to, { path, rttMs });
    return true;
  }

  /** The best route: fewest hops, then the shortest round trip. `avoid` is where the flow came from. */
  best(to: NodeId, avoid?: NodeId): Route | undefined {
    let best: Route | undefined;
    for (const [neighbour, table] of this.#learned) {
      const route = neighbour === avoid ? undefined : table.get(to);
      if (route && (!best || isBetter(route, best))) best = route;
    }
    return best;
  }

  destinations(): Set<NodeId> {
    return new Set([...this.#learned.values()].flatMap((table) => [...table.keys()]));
  }
}

function isBetter(a: Route, b: Route): boolean {
  return a.path.length !== b.path.length ? a.path.length < b.path.length : a.rttMs < b.rttMs;
}
