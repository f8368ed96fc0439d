/** What a relay tells each neighbour of what it reaches: the best way that does not lead back through the one who hears (split horizon). Pure. */
import type { NodeId } from '../../schema/ids.ts';
import type { LinkReach } from '../../schema/wire/link.ts';
import type { RouteChoice } from './choice.ts';
import { differs, type PathMetric, UNMEASURED } from './metric.ts';

interface Told {
  readonly path: string;
  readonly metric: PathMetric;
}

export class Advertising {
  readonly #self: NodeId;
  readonly #choice: RouteChoice;
  /** Neighbour to destination to what it was told last. */
  readonly #told = new Map<NodeId, Map<NodeId, Told>>();

  constructor(self: NodeId, choice: RouteChoice) {
    this.#self = self;
    this.#choice = choice;
  }

  forget(neighbour: NodeId): void {
    this.#told.delete(neighbour);
  }

  /** What a neighbour has to be told of a destination now; undefined when it knows. */
  news(neighbour: NodeId, to: NodeId): LinkReach | undefined {
    if (to === neighbour) return undefined;
    const told = this.#told.get(neighbour) ?? new Map<NodeId, Told>();
    this.#told.set(neighbour, told);
    // The cheapest now, whatever is kept for flows: what depends on the past lets relays that hear each other go round in circles for ever.
    const [best] = this.#choice.judge({ to, via: [neighbour] }, 'latency');
    const route = best?.cost === undefined ? undefined : best.candidate;
    const before = told.get(to);
    if (!route) {
      if (!before) return undefined;
      told.delete(to);
      return { type: 'reach', to, path: [], metric: UNMEASURED };
    }
    const path = [this.#self, ...route.path];
    const now = { path: path.join(), metric: route.metric };
    if (before?.path === now.path && !differs(before.metric, now.metric)) return undefined;
    told.set(to, now);
    return { type: 'reach', to, path, metric: route.metric };
  }
}
