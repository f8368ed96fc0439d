/** Dozens of nodes, links that come and go, messages that take their time: whatever happens, routes settle, and what can be reached is reached. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeId } from '../../schema/ids.ts';
import type { LinkReach } from '../../schema/wire/link.ts';
import { MAX_RELAYS } from '../../schema/wire/link.ts';
import { Advertising } from './advertising.ts';
import { RouteChoice } from './choice.ts';
import { Routes } from './routes.ts';
import { CLUSTER, neighbour, nodeOf } from './test-nodes.ts';

const RELAYS = 20;
const ENDS = 16;
/** Messages that a settled network may have needed for each change, a generous bound that an endless exchange breaks. */
const MOST_MESSAGES = 400_000;

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class SimulatedNode {
  readonly id: NodeId;
  readonly isRelay: boolean;
  readonly routes: Routes;
  readonly choice: RouteChoice;
  readonly advertising: Advertising;
  readonly links = new Set<NodeId>();

  constructor(number: number, now: () => number) {
    this.id = nodeOf(number);
    this.isRelay = number < RELAYS;
    this.routes = new Routes(this.id);
    this.choice = new RouteChoice(this.routes, () => ({ node: this.id, cluster: CLUSTER, now: now() }));
    this.advertising = new Advertising(this.id, this.choice);
  }
}

class Network {
  readonly nodes = new Map<NodeId, SimulatedNode>();
  readonly rtt = new Map<string, number>();
  readonly #random: () => number;
  #now = 0;
  #queue: { at: number; from: NodeId; to: NodeId; reach: LinkReach }[] = [];
  messages = 0;

  constructor(seed: number) {
    this.#random = random(seed);
    for (let n = 0; n < RELAYS + ENDS; n += 1) {
      const node = new SimulatedNode(n, () => this.#now);
      this.nodes.set(node.id, node);
    }
    for (let n = 1; n < RELAYS; n += 1) this.connect(n, Math.floor(this.#random() * n));
    for (let n = 0; n < RELAYS; n += 1) this.connect(n, this.#relay());
    for (let n = RELAYS; n < RELAYS + ENDS; n += 1) {
      this.connect(n, this.#relay());
      this.connect(n, this.#relay());
    }
  }

  #relay = () => Math.floor(this.#random() * RELAYS);

  connect(x: number, y: number): void {
    const [a, b] = [this.nodes.get(nodeOf(x)), this.nodes.get(nodeOf(y))];
    if (!a || !b || x === y || a.links.has(b.id)) return;
    const rtt = 1 + this.#random() * 50;
    this.rtt.set([a.id, b.id].sort().join(), rtt);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      one.links.add(other.id);
      const changed = one.routes.neighbour(
        neighbour(other.id, rtt, { roles: [other.isRelay ? 'relay' : 'service'] }),
      );
      this.#tell(one, changed);
      for (const to of one.routes.destinations()) this.#tellOne(one, other.id, to);
    }
  }

  cut(a: NodeId, b: NodeId): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const node = this.nodes.get(one);
      if (!node?.links.delete(other)) continue;
      node.advertising.forget(other);
      this.#tell(node, node.routes.neighbourDown(other));
    }
    // What was on its way over the link is lost with it.
    this.#queue = this.#queue.filter(
      ({ from, to }) => !(from === a && to === b) && !(from === b && to === a),
    );
  }

  fail(): void {
    const links = [...this.rtt.keys()].filter((key) => {
      const [a, b] = key.split(',') as [NodeId, NodeId];
      return this.nodes.get(a)?.links.has(b);
    });
    const [a, b] = (links[Math.floor(this.#random() * links.length)] ?? '').split(',') as [NodeId, NodeId];
    if (this.#random() < 0.7) return this.cut(a, b);
    for (const other of [...(this.nodes.get(a)?.links ?? [])]) this.cut(a, other);
  }

  heal(): void {
    this.connect(this.#relay(), this.#relay());
  }

  /** Delivers some of what is on its way. */
  run(most = MOST_MESSAGES): void {
    for (let n = 0; n < most && this.#queue.length > 0; n += 1) {
      const message = this.#queue.shift();
      if (!message) return;
      this.#now = Math.max(this.#now, message.at);
      this.messages += 1;
      const node = this.nodes.get(message.to);
      const { to, path, metric } = message.reach;
      if (node?.routes.learn(message.from, to, path, metric)) this.#tell(node, [to]);
    }
  }

  get isQuiet(): boolean {
    return this.#queue.length === 0;
  }

  #tell(node: SimulatedNode, changed: readonly NodeId[]): void {
    for (const link of node.links) for (const to of changed) this.#tellOne(node, link, to);
  }

  #tellOne(node: SimulatedNode, link: NodeId, to: NodeId): void {
    if (!node.isRelay) return;
    const reach = node.advertising.news(link, to);
    const rtt = this.rtt.get([node.id, link].sort().join()) ?? 1;
    if (!reach) return;
    // Messages of one link keep their order, as on one stream: a link's time does not change.
    const message = { at: this.#now + rtt / 2, from: node.id, to: link, reach };
    let place = this.#queue.length;
    while (place > 0 && (this.#queue[place - 1]?.at ?? 0) > message.at) place -= 1;
    this.#queue.splice(place, 0, message);
  }

  /** As a flow is opened: each node on the way chooses anew. */
  path(from: NodeId, to: NodeId): NodeId[] | undefined {
    const via: NodeId[] = [];
    for (let at = from; at !== to; ) {
      via.push(at);
      const next = this.nodes.get(at)?.choice.choose({ to, via }, 'bandwidth')?.next.node;
      if (next === undefined) return undefined;
      expect(via).not.toContain(next);
      expect(this.nodes.get(at)?.links.has(next)).toBe(true);
      at = next;
    }
    return via;
  }

  /** By so many relays at most: what any routing could reach. */
  canReach(from: NodeId, to: NodeId, most: number): boolean {
    let edge = new Set([from]);
    const seen = new Set([from]);
    for (let relays = 0; relays <= most; relays += 1) {
      const next = new Set<NodeId>();
      for (const at of edge)
        for (const link of this.nodes.get(at)?.links ?? []) {
          if (link === to) return true;
          if (!seen.has(link) && this.nodes.get(link)?.isRelay) next.add(link);
          seen.add(link);
        }
      edge = next;
    }
    return false;
  }
}

const ends = Array.from({ length: ENDS }, (_, n) => nodeOf(RELAYS + n));

test('after any order of failures routes settle, without loops, to everything that can be reached', () => {
  let reached = 0;
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.constantFrom('fail', 'heal', 'run'), { maxLength: 30 }),
      (seed, deeds) => {
        const network = new Network(seed);
        network.run();
        for (const deed of deeds) {
          if (deed === 'run') network.run(50);
          else network[deed]();
        }
        network.run();
        expect(network.isQuiet).toBe(true);
        for (const from of ends)
          for (const to of ends) {
            if (from === to) continue;
            const path = network.path(from, to);
            if (path) reached += 1;
            // The quickest way may be longer than the shortest: two relays are left for that.
            if (network.canReach(from, to, MAX_RELAYS - 2)) expect(path).toBeDefined();
            if (!network.canReach(from, to, RELAYS)) expect(path).toBeUndefined();
          }
      },
    ),
    { numRuns: 12, seed: 20260601 },
  );
  expect(reached).toBeGreaterThan(1000);
});
