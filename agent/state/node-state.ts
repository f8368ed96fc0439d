/**
 * What a node remembers beside its snapshot, and may lose: what it was told last and by whom it was reached, so that it finds its way back. Never an authority:
 * nothing here permits anything, and it is made anew from the snapshot when it is gone or damaged. One version floor is more: nothing older is applied.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { PeerMemory } from '../../dataplane/routing/peers.ts';
import { NodeId, OrgId } from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import { NodeRole } from '../../schema/roles.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import { readIfThere, writeAtomically } from '../atomic-file.ts';

/** As many as a snapshot may name; those named longest ago go first. */
const MAX_PEERS = 256;
const MAX_CHARS = 2_000_000;

const Peer = z.strictObject({
  node: NodeId,
  roles: z.array(NodeRole),
  spki: z.string().max(64),
  endpoints: z.array(z.string().max(300)).max(8),
  firstSeenAt: z.number(),
  /** Version of the newest snapshot that named it. */
  lastSeenVersion: z.int(),
  region: z.string().max(63).optional(),
  /** The organizations it serves, where it does not serve all. */
  orgs: z.array(OrgId).max(256).optional(),
  /** From here on what links measured. Milliseconds since the epoch. */
  lastSuccessAt: z.number().optional(),
  lastLatencyMs: z.number().optional(),
  packetLoss: z.number().optional(),
  /** 0 to 1. */
  reliability: z.number().optional(),
});
export type Peer = z.infer<typeof Peer>;

/**
 * `connected`: the control plane answers. `degraded`: it does not, the snapshot still holds. `partitioned`: what answers is an authority that a newer one has replaced.
 * `isolated`: the snapshot has expired, no role runs.
 */
export const Standing = z.enum(['starting', 'connected', 'degraded', 'partitioned', 'isolated']);
export type Standing = z.infer<typeof Standing>;

export interface Allowed {
  /** Roles run, with the sessions they hold. */
  readonly runs: boolean;
  /** New sessions start here. */
  readonly startsSessions: boolean;
  /** Its certificate is renewed. */
  readonly renews: boolean;
  /** It takes new neighbours, roles and keys. */
  readonly takesTrust: boolean;
}

const NOTHING_NEW: Allowed = { runs: true, startsSessions: false, renews: false, takesTrust: false };
/** What each standing allows (document 2, section 6): what runs may go on, nothing widens trust without the authority. */
export const ALLOWED = {
  starting: { runs: false, startsSessions: false, renews: true, takesTrust: true },
  connected: { runs: true, startsSessions: true, renews: true, takesTrust: true },
  degraded: NOTHING_NEW,
  partitioned: NOTHING_NEW,
  isolated: { ...NOTHING_NEW, runs: false },
} as const satisfies Record<Standing, Allowed>;

export const NodeState = z.strictObject({
  /** The highest epoch ever followed; nothing of an older one is applied. */
  epoch: z.int().nonnegative().default(0),
  /** The highest snapshot version ever applied of that epoch. */
  version: z.int().nonnegative(),
  standing: Standing,
  /** Since when, milliseconds since the epoch. */
  since: z.number(),
  lastContactAt: z.number().optional(),
  appliedAt: z.number().optional(),
  roles: z.array(NodeRole),
  peers: z.array(Peer).max(MAX_PEERS),
});
export type NodeState = z.infer<typeof NodeState>;

export const freshState = (now: number): NodeState => ({
  epoch: 0,
  version: 0,
  standing: 'starting',
  since: now,
  roles: [],
  peers: [],
});

/** Pure: the state after a snapshot was applied. */
export function afterSnapshot(state: NodeState, snapshot: Snapshot, now: number): NodeState {
  const known = new Map(state.peers.map((peer) => [peer.node, peer]));
  const named = snapshot.neighbours.map(({ node, roles, spki, endpoints, region, orgs }): Peer => {
    const { firstSeenAt = now, ...before } = known.get(node) ?? {};
    const { lastSuccessAt, lastLatencyMs, packetLoss, reliability } = before as Partial<Peer>;
    const measured = { lastSuccessAt, lastLatencyMs, packetLoss, reliability };
    return {
      node,
      roles,
      spki,
      endpoints,
      firstSeenAt,
      lastSeenVersion: snapshot.version,
      ...(region === undefined ? {} : { region }),
      ...(orgs === undefined ? {} : { orgs }),
      ...measured,
    };
  });
  // Who is no longer named is no neighbour any more: a revoked node must not live on in a cache.
  const peers = named.slice(0, MAX_PEERS);
  return {
    ...state,
    epoch: Math.max(state.epoch, snapshot.epoch),
    version: snapshot.epoch > state.epoch ? snapshot.version : Math.max(state.version, snapshot.version),
    roles: snapshot.roles,
    peers,
    appliedAt: now,
  };
}

export interface Contact {
  readonly lastContactAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** Who answered last follows an older epoch than this node. */
  readonly isStale?: boolean;
}

/** Pure: how the node stands, from when the control plane last answered and how long the snapshot holds. */
export function standingAt(
  now: number,
  { lastContactAt, expiresAt, isStale = false }: Contact,
  silentMs: number,
): Standing {
  if (expiresAt !== undefined && now >= expiresAt) return 'isolated';
  if (lastContactAt === undefined) return expiresAt === undefined ? 'starting' : 'degraded';
  if (now - lastContactAt > silentMs) return 'degraded';
  return isStale ? 'partitioned' : 'connected';
}

/** Pure: the peer cache with what links have measured since. */
export function afterMeasuring(state: NodeState, reports: readonly NetworkReport[]): NodeState {
  const measured = new Map(reports.flatMap(({ peers }) => peers.map((peer) => [peer.node, peer])));
  return {
    ...state,
    peers: state.peers.map((peer) => {
      const { lastSuccessAt, latencyMs, loss, reliability } = measured.get(peer.node) ?? {};
      if (reliability === undefined) return peer;
      return { ...peer, lastSuccessAt, lastLatencyMs: latencyMs, packetLoss: loss, reliability };
    }),
  };
}

/** What a role that starts is told of its neighbours: whom to turn to first. */
export function rememberedPeers({ peers }: NodeState): PeerMemory[] {
  return peers.flatMap(({ node, lastSuccessAt, lastLatencyMs, packetLoss, reliability }) =>
    reliability === undefined
      ? []
      : [{ node, lastSuccessAt, latencyMs: lastLatencyMs, loss: packetLoss, reliability }],
  );
}

export class NodeStateFile {
  readonly #path: string;
  #current: NodeState;
  #written = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(data: string, now: number) {
    this.#path = join(data, 'state.json');
    this.#current = freshState(now);
  }

  get current(): NodeState {
    return this.#current;
  }

  /** @returns false when there was none, or none that is whole: it begins anew */
  async load(): Promise<boolean> {
    const text = await readIfThere(this.#path);
    if (text === undefined || text.length > MAX_CHARS) return false;
    try {
      this.#current = { ...NodeState.parse(JSON.parse(text)), standing: 'starting' };
      return true;
    } catch {
      return false;
    }
  }

  /** One write at a time, in order; only when something is different. */
  save(next: NodeState): Promise<void> {
    this.#current = next;
    const text = JSON.stringify(next);
    if (text === this.#written) return this.#writing;
    this.#written = text;
    const write = () => writeAtomically(this.#path, text);
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
