/**
 * Which neighbours to hold links with: a few active ones, the others warm (linked before) or bootstrap (known from the snapshot only), and in which order to
 * try them when links are missing. Pure: the clock and chance come in.
 */
import type { NodeId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';

/** Active peers that a node aims at, by what it is (document 2, section 3.2). */
export const ACTIVE_PEERS = { core: 14, normal: 4, thin: 2 } as const;
/** Between two tries of one peer, full jitter below these, milliseconds. */
export const REST_MS = { first: 100, most: 10_000 } as const;
/** Weight of the newest success or failure in what is thought of a peer. */
const RELIABILITY_STEP = 0.2;
/** Of a peer whose round trip nobody has measured, milliseconds. */
const ASSUMED_MS = 200;

/** What is worth keeping of a peer over a restart. */
export interface PeerMemory {
  readonly node: NodeId;
  /** Milliseconds since the epoch. */
  readonly lastSuccessAt?: number | undefined;
  readonly latencyMs?: number | undefined;
  readonly loss?: number | undefined;
  /** 0 to 1. */
  readonly reliability: number;
}

export type PeerClass = 'active' | 'warm' | 'bootstrap';

export interface KnownPeer {
  readonly node: NodeId;
  readonly roles: readonly NodeRole[];
  /** This side connects. */
  readonly dial: boolean;
}

interface Peer {
  memory: PeerMemory;
  isLinked: boolean;
  isTried: boolean;
  /** Bounds the next rest. */
  rest: number;
  restsUntil: number;
}

export function activeTarget(roles: readonly NodeRole[]): number {
  if (roles.includes('relay')) return ACTIVE_PEERS.core;
  return roles.length > 0 ? ACTIVE_PEERS.normal : ACTIVE_PEERS.thin;
}

export class PeerBook {
  readonly #self: NodeId;
  readonly #random: () => number;
  readonly #peers = new Map<NodeId, Peer>();
  #known: readonly KnownPeer[] = [];
  #target: number = ACTIVE_PEERS.thin;

  constructor(self: NodeId, remembered: readonly PeerMemory[], random: () => number = Math.random) {
    this.#self = self;
    this.#random = random;
    for (const memory of remembered) this.#peers.set(memory.node, fresh(memory));
  }

  /** What the snapshot names now. Who is no longer named is forgotten. */
  know(known: readonly KnownPeer[], ownRoles: readonly NodeRole[]): void {
    this.#known = known;
    this.#target = activeTarget(ownRoles);
    const named = new Set(known.map(({ node }) => node));
    for (const node of this.#peers.keys()) if (!named.has(node)) this.#peers.delete(node);
    for (const node of named)
      if (!this.#peers.has(node)) this.#peers.set(node, fresh({ node, reliability: 0.5 }));
  }

  linked(node: NodeId, now: number): void {
    this.#change(node, (peer) => {
      Object.assign(peer, { isLinked: true, isTried: false, rest: REST_MS.first, restsUntil: 0 });
      peer.memory = { ...peer.memory, lastSuccessAt: now, reliability: better(peer.memory.reliability) };
    });
  }

  /** @param clean it said goodbye */
  lost(node: NodeId, now: number, clean: boolean): void {
    this.#change(node, (peer) => {
      peer.isLinked = false;
      if (!clean) peer.memory = { ...peer.memory, reliability: worse(peer.memory.reliability) };
      this.#rest(peer, now);
    });
  }

  trying(node: NodeId): void {
    this.#change(node, (peer) => {
      peer.isTried = true;
    });
  }

  failed(node: NodeId, now: number): void {
    this.#change(node, (peer) => {
      peer.isTried = false;
      peer.memory = { ...peer.memory, reliability: worse(peer.memory.reliability) };
      this.#rest(peer, now);
    });
  }

  measured(node: NodeId, latencyMs: number, loss: number, now: number): void {
    this.#change(node, (peer) => {
      peer.memory = { ...peer.memory, latencyMs, loss, lastSuccessAt: now };
    });
  }

  /** Whom to dial now: those that are always wanted, then as many more as links are missing, active before warm before bootstrap. */
  wanted(now: number): NodeId[] {
    const dialable = this.#known.filter(({ dial }) => dial);
    const always = dialable.filter((known) => this.#isAlwaysWanted(known));
    const others = dialable
      .filter((known) => !this.#isAlwaysWanted(known))
      .sort((a, b) => this.#cost(a) - this.#cost(b));
    let missing = this.#target;
    for (const known of this.#known) {
      const peer = this.#peers.get(known.node);
      if (peer && known.roles.includes('relay') && (peer.isLinked || peer.isTried)) missing -= 1;
    }
    const free = ({ node }: KnownPeer) => {
      const peer = this.#peers.get(node);
      return peer !== undefined && !peer.isLinked && !peer.isTried && peer.restsUntil <= now;
    };
    const first = always.filter(free);
    return [...first, ...others.filter(free).slice(0, Math.max(0, missing - first.length))].map(
      ({ node }) => node,
    );
  }

  /** When somebody who rests may be tried again. */
  nextAt(): number | undefined {
    const resting = this.#known.flatMap(({ node, dial }) => {
      const peer = this.#peers.get(node);
      return dial && peer && !peer.isLinked && !peer.isTried ? [peer.restsUntil] : [];
    });
    return resting.length === 0 ? undefined : Math.min(...resting);
  }

  /** The warm peer that nobody has measured for the longest time. */
  toProbe(): NodeId | undefined {
    const warm = this.#known.filter(({ node, dial }) => dial && this.classOf(node) === 'warm');
    const at = ({ node }: KnownPeer) => this.#peers.get(node)?.memory.lastSuccessAt ?? 0;
    return warm.sort((a, b) => at(a) - at(b))[0]?.node;
  }

  classOf(node: NodeId): PeerClass {
    const peer = this.#peers.get(node);
    if (peer?.isLinked) return 'active';
    return peer?.memory.lastSuccessAt === undefined ? 'bootstrap' : 'warm';
  }

  memory(): PeerMemory[] {
    return [...this.#peers.values()].map(({ memory }) => memory);
  }

  /**
   * Who is no relay is reached in no other way. Among relays each holds on to the one before it in the order of ids: so the whole of them stays connected
   * whoever else each prefers.
   */
  #isAlwaysWanted({ node, roles }: KnownPeer): boolean {
    if (!roles.includes('relay')) return true;
    if (this.#target !== ACTIVE_PEERS.core) return false;
    const before = this.#known.filter((peer) => peer.roles.includes('relay') && peer.node < this.#self);
    return before.every((other) => other.node <= node) && node < this.#self;
  }

  #cost({ node }: KnownPeer): number {
    const {
      latencyMs = ASSUMED_MS,
      loss = 0,
      reliability,
      lastSuccessAt,
    } = this.#peers.get(node)?.memory ?? { reliability: 0 };
    const isBootstrap = lastSuccessAt === undefined;
    return (isBootstrap ? 100_000 : 0) + latencyMs + 2_000 * loss + 200 * (1 - reliability);
  }

  #rest(peer: Peer, now: number): void {
    peer.restsUntil = now + this.#random() * peer.rest;
    peer.rest = Math.min(peer.rest * 2, REST_MS.most);
  }

  #change(node: NodeId, change: (peer: Peer) => void): void {
    const peer = this.#peers.get(node);
    if (peer) change(peer);
  }
}

const fresh = (memory: PeerMemory): Peer => ({
  memory,
  isLinked: false,
  isTried: false,
  rest: REST_MS.first,
  restsUntil: 0,
});
const better = (reliability: number) => reliability + (1 - reliability) * RELIABILITY_STEP;
const worse = (reliability: number) => reliability * (1 - RELIABILITY_STEP);
