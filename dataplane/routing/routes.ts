/**
 * What this node can reach and through whom: reachability learned from neighbours as path vectors, which are free of loops because a path that holds
 * this node is not taken. Pure: knows no link and no clock.
 */
import type { NodeId } from '../../schema/ids.ts';
import { MAX_RELAYS } from '../../schema/wire/link.ts';
import type { Candidate, NeighbourFacts } from './filter.ts';
import { differs, joined, type PathMetric, UNMEASURED } from './metric.ts';

interface Learned {
  readonly path: readonly NodeId[];
  /** From the neighbour on. */
  readonly metric: PathMetric;
}

/** Destinations a node remembers per neighbour; further ones are not taken. */
const MAX_DESTINATIONS = 10_000;

export class Routes {
  readonly #self: NodeId;
  readonly #neighbours = new Map<NodeId, NeighbourFacts>();
  /** Neighbour to destination to route. */
  readonly #learned = new Map<NodeId, Map<NodeId, Learned>>();
  /** Counts every change, so that who keeps a choice knows whether it is still one. */
  version = 0;

  constructor(self: NodeId) {
    this.#self = self;
  }

  /** A neighbour is there, or something about it is different. @returns the destinations whose best route may have changed */
  neighbour(facts: NeighbourFacts): NodeId[] {
    this.version += 1;
    this.#neighbours.set(facts.node, facts);
    const known = this.#learned.get(facts.node);
    if (known) return [...known.keys()];
    this.#learned.set(facts.node, new Map([[facts.node, { path: [facts.node], metric: UNMEASURED }]]));
    return [facts.node];
  }

  /** @returns the destinations whose best route may have changed */
  neighbourDown(neighbour: NodeId): NodeId[] {
    this.version += 1;
    const lost = [...(this.#learned.get(neighbour)?.keys() ?? [])];
    this.#learned.delete(neighbour);
    this.#neighbours.delete(neighbour);
    return lost;
  }

  facts(neighbour: NodeId): NeighbourFacts | undefined {
    return this.#neighbours.get(neighbour);
  }

  /** A neighbour says what it reaches; an empty path withdraws. @returns whether anything worth telling changed */
  learn(neighbour: NodeId, to: NodeId, path: readonly NodeId[], metric: PathMetric): boolean {
    const table = this.#learned.get(neighbour);
    if (!table || to === neighbour || to === this.#self) return false;
    const usable =
      path.length > 0 &&
      path.length <= MAX_RELAYS + 1 &&
      path[0] === neighbour &&
      path.at(-1) === to &&
      !path.includes(this.#self) &&
      new Set(path).size === path.length;
    const known = table.get(to);
    if (!usable) {
      if (known) this.version += 1;
      return table.delete(to);
    }
    if (table.size >= MAX_DESTINATIONS && !known) return false;
    table.set(to, { path, metric });
    const changed = !known || known.path.join() !== path.join() || differs(known.metric, metric);
    if (changed) this.version += 1;
    return changed;
  }

  /** Every way to a node that somebody told of, whether or not it may be taken. */
  candidates(to: NodeId): Candidate[] {
    const found: Candidate[] = [];
    for (const [neighbour, table] of this.#learned) {
      const learned = table.get(to);
      const next = this.#neighbours.get(neighbour);
      if (learned && next)
        found.push({ next, path: learned.path, metric: joined(next.metric, learned.metric) });
    }
    return found;
  }

  destinations(): Set<NodeId> {
    return new Set([...this.#learned.values()].flatMap((table) => [...table.keys()]));
  }
}
