/**
 * Which way a flow takes: hard rules first, then the lowest cost, and what was chosen stays until something is clearly better for a while. Pure:
 * the clock comes in.
 */
import type { NodeId } from '../../schema/ids.ts';
import { type Asking, type Barred, barred, type Candidate, type Here } from './filter.ts';
import type { Routes } from './routes.ts';
import { costOf, costParts, type Parts, type Want } from './score.ts';

/** A challenger takes over once it was better by this much for this long. */
export const HYSTERESIS = { ratio: 0.8, ms: 2, holdMs: 3_000 } as const;
/** Choices that are kept; the oldest goes. */
const MAX_KEPT = 10_000;
/** Measurements move without a new version: a choice is looked at again after so long. */
const FRESH_MS = 500;

/** One candidate, and what became of it. */
export interface Judged {
  readonly candidate: Candidate;
  readonly barred?: Barred;
  readonly cost?: number;
  readonly parts?: Parts;
}

interface Kept {
  next: NodeId;
  route: Candidate;
  version: number;
  lookedAt: number;
  since: number;
  challenger: NodeId | undefined;
  challengedAt: number;
}

export interface KeptChoice {
  readonly to: NodeId;
  readonly want: Want;
  readonly next: NodeId;
  readonly path: readonly NodeId[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly challenger?: NodeId;
}

export class RouteChoice {
  readonly #routes: Routes;
  readonly #here: () => Here;
  readonly #kept = new Map<string, Kept>();

  constructor(routes: Routes, here: () => Here) {
    this.#routes = routes;
    this.#here = here;
  }

  /** Each way to `to` with why it is barred or what it costs; best first, the barred last. */
  judge(asking: Asking, want: Want): Judged[] {
    const here = this.#here();
    const judged = this.#routes.candidates(asking.to).map((candidate): Judged => {
      const why = barred(candidate, asking, here);
      if (why) return { candidate, barred: why };
      const scored = scoredOf(candidate, here);
      return { candidate, cost: costOf(scored, want), parts: costParts(scored, want) };
    });
    return judged.sort((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity) || byPath(a, b));
  }

  /** The way to take. */
  choose(asking: Asking, want: Want): Candidate | undefined {
    const here = this.#here();
    const key = `${asking.to} ${want} ${asking.org ?? ''}`;
    const kept = this.#kept.get(key);
    const isFresh = kept && kept.version === this.#routes.version && here.now - kept.lookedAt < FRESH_MS;
    if (isFresh && barred(kept.route, asking, here) === undefined) return kept.route;
    const usable = this.judge(asking, want).filter((one): one is Ranked => one.cost !== undefined);
    const [best] = usable;
    const current = kept && usable.find(({ candidate }) => candidate.next.node === kept.next);
    // A flow whose past bars the usual way takes the best of the rest; that is no reason to leave it for others.
    if (kept && !current && this.#isStillUsable(kept, asking)) return best?.candidate;
    if (!best) {
      this.#kept.delete(key);
      return undefined;
    }
    return this.#settle(key, kept, current, best, here.now);
  }

  /** What is kept: the route cache. */
  kept(): KeptChoice[] {
    return [...this.#kept].map(([key, { next, route, since, challenger }]) => {
      const [to, want] = key.split(' ') as [NodeId, Want];
      return { to, want, next, path: route.path, since, ...(challenger ? { challenger } : {}) };
    });
  }

  #isStillUsable(kept: Kept, asking: Asking): boolean {
    const here = this.#here();
    return this.#routes
      .candidates(asking.to)
      .some((one) => one.next.node === kept.next && barred(one, { ...asking, via: [] }, here) === undefined);
  }

  #settle(
    key: string,
    kept: Kept | undefined,
    current: Ranked | undefined,
    best: Ranked,
    now: number,
  ): Candidate {
    const { version } = this.#routes;
    const challenges =
      current !== undefined &&
      best.candidate.next.node !== current.candidate.next.node &&
      best.cost < current.cost * HYSTERESIS.ratio &&
      best.cost < current.cost - HYSTERESIS.ms;
    const isUrgent = current?.candidate.next.isFailing === true && !best.candidate.next.isFailing;
    if (kept && current && !isUrgent) {
      const held = challenges && kept.challenger === best.candidate.next.node;
      if (!held) kept.challengedAt = now;
      kept.challenger = challenges ? best.candidate.next.node : undefined;
      if (!challenges || now - kept.challengedAt < HYSTERESIS.holdMs) {
        Object.assign(kept, { route: current.candidate, version, lookedAt: now });
        return kept.route;
      }
    }
    this.#keep(key, {
      next: best.candidate.next.node,
      route: best.candidate,
      version,
      lookedAt: now,
      since: now,
      challenger: undefined,
      challengedAt: now,
    });
    return best.candidate;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (this.#kept.size <= MAX_KEPT) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

type Ranked = Judged & { readonly cost: number };

function scoredOf({ next, path, metric }: Candidate, here: Here) {
  const otherRegion = here.region !== undefined && next.region !== undefined && next.region !== here.region;
  return { metric, hops: path.length, failures: next.failures, isFailing: next.isFailing, otherRegion };
}

/** The same cost: the same order everywhere and always. */
function byPath(a: Judged, b: Judged): number {
  return a.candidate.path.join() < b.candidate.path.join() ? -1 : 1;
}
