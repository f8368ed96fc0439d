/** What a node reaches by its links, and what it tells them: the pure parts of `routing/`, fed by links and a clock. */

import type { TrafficClass } from '../../schema/channel.ts';
import type { ClusterId, NodeId, OrgId } from '../../schema/ids.ts';
import type { Neighbour } from '../../schema/snapshot.ts';
import type { LinkReach } from '../../schema/wire/link.ts';
import type { Link } from '../link/link.ts';
import { Advertising } from '../routing/advertising.ts';
import { type Judged, type KeptChoice, RouteChoice } from '../routing/choice.ts';
import type { Asking, Candidate, NeighbourFacts } from '../routing/filter.ts';
import { differs, UNMEASURED } from '../routing/metric.ts';
import { Routes } from '../routing/routes.ts';
import { WANT_OF } from '../routing/score.ts';

/** A failure of a neighbour is half forgotten after so long. */
const FORGET_MS = 60_000;
/** What changes together is told together; what is lost is told at once. */
const TELL_MS = 20;

export interface ReachOptions {
  readonly node: NodeId;
  readonly cluster: ClusterId;
  /** Relays tell neighbours what they reach. */
  readonly announces: boolean;
  readonly now: () => number;
  /** Links that are up. */
  readonly links: () => Iterable<Link>;
}

export class Reach {
  readonly #options: ReachOptions;
  readonly #routes: Routes;
  readonly #choice: RouteChoice;
  readonly #advertising: Advertising;
  readonly #failures = new Map<NodeId, { count: number; at: number }>();
  readonly #untold = new Set<NodeId>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReachOptions) {
    const { node, cluster, now } = options;
    this.#options = options;
    this.#routes = new Routes(node);
    this.#choice = new RouteChoice(this.#routes, () => ({ node, cluster, now: now() }));
    this.#advertising = new Advertising(node, this.#choice);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  up(link: Link, peer: Neighbour, certifiedUntil: number): void {
    this.#advertising.forget(link.peer);
    this.#changed(this.#routes.neighbour({ ...this.#factsOf(link, peer), certifiedUntil }));
    if (this.#options.announces) for (const to of this.#routes.destinations()) this.#tell(link, to);
  }

  /** Something about a neighbour may be different. */
  refresh(link: Link, peer: Neighbour): void {
    const known = this.#routes.facts(link.peer);
    if (!known) return;
    const facts = this.#factsOf(link, peer);
    const isSame =
      known.standing === facts.standing &&
      known.isFailing === facts.isFailing &&
      Math.abs(known.failures - facts.failures) < 0.5 &&
      !differs(known.metric, facts.metric);
    if (isSame) return;
    const changed = this.#routes.neighbour({ ...facts, certifiedUntil: known.certifiedUntil });
    if (known.isFailing === facts.isFailing && known.standing === facts.standing) this.#changed(changed);
    else this.#tellNow(changed);
  }

  /** @param clean it said goodbye */
  down(link: Link, clean: boolean): void {
    if (!clean) this.failed(link.peer);
    this.#advertising.forget(link.peer);
    this.#tellNow(this.#routes.neighbourDown(link.peer));
  }

  failed(neighbour: NodeId): void {
    this.#failures.set(neighbour, { count: this.#failuresOf(neighbour) + 1, at: this.#options.now() });
  }

  learn(link: Link, { to, path, metric }: LinkReach): void {
    if (!this.#routes.learn(link.peer, to, path, metric)) return;
    if (path.length === 0) this.#tellNow([to]);
    else this.#changed([to]);
  }

  route(asking: Asking, trafficClass: TrafficClass): Candidate | undefined {
    return this.#choice.choose(asking, WANT_OF[trafficClass]);
  }

  explain(to: NodeId, trafficClass: TrafficClass, org?: OrgId): Judged[] {
    return this.#choice.judge({ to, via: [], ...(org === undefined ? {} : { org }) }, WANT_OF[trafficClass]);
  }

  destinations(): NodeId[] {
    return [...this.#routes.destinations()];
  }

  kept(): KeptChoice[] {
    return this.#choice.kept();
  }

  #factsOf(link: Link, { roles, orgs, region }: Neighbour): NeighbourFacts {
    return {
      node: link.peer,
      cluster: this.#options.cluster,
      roles,
      // A link is only up with whom the snapshot names, by the key it names; `Mesh` drops all others.
      isTrusted: true,
      certifiedUntil: 0,
      standing: link.standing,
      metric: link.isUp ? link.metric : UNMEASURED,
      isFailing: link.isFailing,
      failures: this.#failuresOf(link.peer),
      ...(orgs ? { orgs: new Set(orgs) } : {}),
      ...(region === undefined ? {} : { region }),
    };
  }

  #failuresOf(neighbour: NodeId): number {
    const known = this.#failures.get(neighbour);
    return known ? known.count * 0.5 ** ((this.#options.now() - known.at) / FORGET_MS) : 0;
  }

  #changed(destinations: readonly NodeId[]): void {
    if (!this.#options.announces) return;
    for (const to of destinations) this.#untold.add(to);
    this.#timer ??= setTimeout(() => this.#tellNow([]), TELL_MS);
  }

  #tellNow(destinations: readonly NodeId[]): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = new Set([...this.#untold, ...destinations]);
    this.#untold.clear();
    if (!this.#options.announces) return;
    for (const link of this.#options.links()) for (const to of all) this.#tell(link, to);
  }

  #tell(link: Link, to: NodeId): void {
    const news = this.#advertising.news(link.peer, to);
    if (news) link.announce(news);
  }
}
