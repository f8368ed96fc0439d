/** A node's links: dials the neighbours its snapshot names, accepts those it permits, notices when one fails, opens flows. Shared by all roles. */

import { hkdfSync, X509Certificate } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { TrafficClass } from '../../schema/channel.ts';
import type { NodeId, OrgId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Neighbour, Snapshot } from '../../schema/snapshot.ts';
import type { FlowOpen } from '../../schema/wire/flow.ts';
import { LINK_ALPN, type LinkHello, type NodeStanding } from '../../schema/wire/link.ts';
import type { FlowStream } from '../link/flow-stream.ts';
import { identifyPeer } from '../link/identity.ts';
import { LINK_CLOSE, Link } from '../link/link.ts';
import { bindEndpoint } from '../quic/endpoint.ts';
import type { PeerInfo, QuicConnection, QuicEndpoint, TlsIdentity } from '../quic/quic.ts';
import { PeerBook } from '../routing/peers.ts';
import { type Nat, natOf, type ShortcutPolicy, unmet } from '../routing/shortcut.ts';
import type { Log } from '../sessions/control.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { Meeting } from './meeting.ts';
import { type NetworkReport, reportOf } from './network-report.ts';
import { Reach } from './reach.ts';
import type { RoleContext } from './role.ts';

/** Links that carry flows are looked at so often, milliseconds: a third of the time in which a dead neighbour is to be noticed. */
const LOOK_MS = 50;
/** How often this node's load is told, and a warm peer measured, milliseconds. */
const STATE_MS = 2_000;
const PROBE_WARM_MS = 60_000;
/** What a flow ends with when its link fails: its client resumes by another way. */
const MOVED = new Refusal('no_route').flowCode;

export interface FlowRequest {
  readonly to: NodeId;
  readonly class: TrafficClass;
  /** Nodes it has passed, without this one. */
  readonly via?: readonly NodeId[];
  readonly org?: OrgId;
  /** For the operator's eyes only. */
  readonly session?: SessionId;
}

export interface MeshOptions {
  readonly context: RoleContext;
  /** Relays tell neighbours what they reach. */
  readonly announces: boolean;
  /** A flow came in over a link. */
  readonly flow: (from: NodeId, open: FlowOpen, stream: FlowStream, link: Link) => void;
  /** Other protocols on the same port. */
  readonly shortcuts?: ShortcutPolicy;
  readonly others?: { readonly alpn: string; readonly connection: (connection: QuicConnection) => void };
}

export class Mesh {
  readonly #options: MeshOptions;
  readonly #endpoint: QuicEndpoint;
  readonly #links = new Map<NodeId, Link>();
  readonly #dialing = new Map<NodeId, AbortController>();
  readonly #reach: Reach;
  readonly #peers: PeerBook;
  readonly #meeting: Meeting;
  readonly #log: Log;
  readonly #timers: NodeJS.Timeout[];
  #snapshot: Snapshot;
  #identity: TlsIdentity;
  #standing: NodeStanding = 'fine';
  #redial: NodeJS.Timeout | undefined;
  #busy = performance.eventLoopUtilization();
  #closed = false;
  flowsOpened = 0;
  flowsMoved = 0;

  static async start(options: MeshOptions): Promise<Mesh> {
    const { listen, identity } = options.context;
    // The same after a restart, so that neighbours of the role's former life learn at once that it is gone.
    const secret = new Uint8Array(hkdfSync('sha256', identity.key, '', 'fabric quic endpoint', 32));
    return new Mesh(options, await bindEndpoint({ host: listen.host, port: listen.port, secret }));
  }

  constructor(options: MeshOptions, endpoint: QuicEndpoint) {
    this.#options = options;
    this.#endpoint = endpoint;
    const { snapshot, identity, log, now, peers = [] } = options.context;
    this.#snapshot = snapshot;
    this.#identity = identity;
    this.#log = log;
    this.#peers = new PeerBook(snapshot.node, peers);
    this.#peers.know(dialable(snapshot), snapshot.roles);
    const { node, cluster } = snapshot;
    this.#reach = new Reach({ node, cluster, announces: options.announces, now, links: () => this.#up() });
    this.#meeting = new Meeting({
      endpoint,
      identity: () => this.#identity,
      introduces: options.announces,
      neighbour: (known) => this.#neighbour(known),
      link: (known) => this.#links.get(known),
      dial: (known, at) => void this.#dialPeer(known, [at]),
      now,
    });
    this.#timers = [
      setInterval(() => this.#look(), LOOK_MS),
      setInterval(() => this.#tellState(), STATE_MS),
      setInterval(() => void this.#probeWarm(), PROBE_WARM_MS),
    ];
    const { others } = options;
    endpoint.listen({
      identity,
      alpn: others ? [others.alpn, LINK_ALPN] : [LINK_ALPN],
      accept: (peer) => peer.alpn !== LINK_ALPN || this.#permitted(peer) !== undefined,
      connection: (connection) => {
        if (connection.peer.alpn !== LINK_ALPN) others?.connection(connection);
        else this.#linkTo(connection, false);
      },
    });
    this.#dialMissing();
  }

  get endpoint(): string {
    const { port } = this.#endpoint;
    const address = this.#options.context.listen.publicHost ?? this.#endpoint.address;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  get port(): number {
    return this.#endpoint.port;
  }

  get linksUp(): number {
    return [...this.#up()].length;
  }

  /** What this node knows of its links, peers, routes and flows, for its own operator and the platform's owner. */
  report(): NetworkReport {
    return reportOf({
      node: this.#snapshot.node,
      nat: this.nat,
      links: [...this.#links.values()],
      peers: this.#peers,
      reach: this.#reach,
      neighbours: this.#snapshot.neighbours,
    });
  }

  /** Takes nothing new to carry on: neighbours are told, and go other ways while what is here still lives. */
  drain(): void {
    this.#standing = 'draining';
    this.#tellState();
  }

  /** Drops links that are no longer permitted, dials those that are new. */
  update(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#peers.know(dialable(snapshot), snapshot.roles);
    for (const [node, link] of this.#links) {
      const neighbour = this.#neighbour(node);
      if (!neighbour) void link.close(LINK_CLOSE.identity, 'no longer a neighbour');
      else this.#reach.refresh(link, neighbour);
    }
    for (const [node, dialing] of this.#dialing) if (!this.#neighbour(node)?.dial) dialing.abort();
    this.#dialMissing();
  }

  setIdentity(identity: TlsIdentity): void {
    this.#identity = identity;
    this.#endpoint.setIdentity(identity);
  }

  /** Opens a flow towards a node by the best way for its class. @throws Refusal `no_route` or `overloaded` */
  async openFlow({ to, class: trafficClass, via = [], org, session }: FlowRequest): Promise<FlowStream> {
    const asking = { to, via, ...(org === undefined ? {} : { org }) };
    const next = this.#reach.route(asking, trafficClass)?.next.node;
    const link = next === undefined ? undefined : this.#links.get(next);
    if (!link) throw new Refusal('no_route');
    try {
      const self = this.#snapshot.node;
      const stream = await link.open({ type: 'flow', to, class: trafficClass, via: [...via, self] }, session);
      this.flowsOpened += 1;
      return stream;
    } catch (cause) {
      throw cause instanceof Refusal ? cause : new Refusal('no_route', undefined, { cause });
    }
  }

  /** The link that a flow goes over. */
  linkOf(flow: FlowStream): Link | undefined {
    return [...this.#links.values()].find(({ flows }) => flows.has(flow));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#redial);
    this.#reach.close();
    for (const dialing of this.#dialing.values()) dialing.abort();
    await Promise.all([...this.#links.values()].map((link) => link.close(LINK_CLOSE.done, 'the node stops')));
    await this.#endpoint.close();
  }

  #permitted(peer: PeerInfo): Neighbour | undefined {
    return identifyPeer(
      peer.certificates[0],
      this.#snapshot,
      this.#snapshot.neighbours,
      this.#options.context.now(),
    );
  }

  #neighbour(node: NodeId): Neighbour | undefined {
    return this.#snapshot.neighbours.find((known) => known.node === node);
  }

  *#up(): Iterable<Link> {
    for (const link of this.#links.values()) if (link.isUp) yield link;
  }

  #dialMissing(): void {
    clearTimeout(this.#redial);
    if (this.#closed) return;
    const now = this.#options.context.now();
    for (const node of this.#peers.wanted(now)) {
      if (!this.#links.has(node) && !this.#dialing.has(node)) void this.#dialPeer(node);
    }
    const next = this.#peers.nextAt();
    if (next !== undefined) this.#redial = setTimeout(() => this.#dialMissing(), Math.max(5, next - now));
  }

  async #dialPeer(node: NodeId, at = this.#neighbour(node)?.endpoints): Promise<void> {
    const abort = new AbortController();
    this.#dialing.set(node, abort);
    this.#peers.trying(node);
    const linked = await this.#dialAny(node, abort.signal, at);
    this.#dialing.delete(node);
    if (linked) this.#linkTo(linked, true);
    else this.#peers.failed(node, this.#options.context.now());
    this.#dialMissing();
  }

  async #dialAny(
    node: NodeId,
    signal: AbortSignal,
    endpoints = this.#neighbour(node)?.endpoints,
  ): Promise<QuicConnection | undefined> {
    for (const endpoint of endpoints ?? []) {
      const connection = await this.#dial(node, endpoint, signal);
      if (connection || signal.aborted) return connection;
    }
    return undefined;
  }

  /** A warm peer is dialed for its round trip alone, so that it is known whom to turn to. */
  async #probeWarm(): Promise<void> {
    const node = this.#peers.toProbe();
    if (node === undefined || this.#links.has(node) || this.#dialing.has(node)) return;
    const abort = new AbortController();
    this.#dialing.set(node, abort);
    const connection = await this.#dialAny(node, abort.signal);
    this.#dialing.delete(node);
    if (!connection) return;
    this.#peers.measured(node, connection.stats().rttMs, 0, this.#options.context.now());
    await connection.close(LINK_CLOSE.done, 'measured');
  }

  async #dial(node: NodeId, endpoint: string, signal: AbortSignal): Promise<QuicConnection | undefined> {
    const colon = endpoint.lastIndexOf(':');
    const host = endpoint.slice(0, colon).replace(/^\[|\]$/g, '');
    try {
      return await this.#endpoint.dial({
        host,
        port: Number(endpoint.slice(colon + 1)),
        alpn: LINK_ALPN,
        identity: this.#identity,
        verify: (peer) => this.#permitted(peer)?.node === node,
        signal,
      });
    } catch (error) {
      this.#log.debug({ node, endpoint, reason: String(error) }, 'dial failed');
      return undefined;
    }
  }

  #linkTo(connection: QuicConnection, dialed: boolean): void {
    const peer = this.#permitted(connection.peer);
    if (!peer) return void connection.close(LINK_CLOSE.identity, 'not a neighbour');
    const older = this.#links.get(peer.node);
    const { cluster, node, roles } = this.#snapshot;
    const { address, port, certificates } = connection.peer;
    const seen = dialed ? {} : { seen: `${address}:${port}` };
    const certifiedUntil = new X509Certificate(certificates[0] ?? '').validToDate.getTime();
    const link: Link = new Link({
      connection,
      ours: { type: 'hello', version: 2, cluster, node, roles, ...seen } satisfies LinkHello,
      peer: peer.node,
      address: `${address}:${port}`,
      dialed,
      events: {
        up: () => {
          this.#log.info({ neighbour: link.peer }, 'link up');
          this.#peers.linked(link.peer, this.#options.context.now());
          this.#reach.up(link, this.#neighbour(link.peer) ?? peer, certifiedUntil);
          this.#tellState();
        },
        reach: (_, reach) => this.#reach.learn(link, reach),
        state: () => this.#refresh(link),
        meet: (_, meet) => this.#meeting.heard(link, meet),
        flow: (_, open, stream) => this.#options.flow(link.peer, open, stream, link),
        down: (_, info) => this.#down(link, info),
      },
    });
    this.#links.set(peer.node, link);
    // The newer link is the one the neighbour believes in: it lost the older, or restarted.
    if (older) void older.close(LINK_CLOSE.replaced, 'a newer link replaced it');
  }

  #refresh(link: Link): void {
    const neighbour = this.#neighbour(link.peer);
    if (!neighbour || this.#links.get(link.peer) !== link) return;
    const { rttMs, loss } = link.metric;
    if (rttMs > 0) this.#peers.measured(link.peer, rttMs, loss, this.#options.context.now());
    this.#reach.refresh(link, neighbour);
    if (link.standing === 'draining') this.#moveFlows(link);
  }

  #look(): void {
    const now = performance.now();
    for (const link of this.#links.values()) {
      if (link.flows.size > 0 && link.look(now)) {
        this.#log.info({ neighbour: link.peer, failing: link.isFailing }, 'link');
        if (link.isFailing) this.#reach.failed(link.peer);
        this.#refresh(link);
      }
      if (link.isFailing) this.#moveFlows(link);
    }
  }

  /** Flows that this node sent over a link leave it where there is another way; where there is none they stay, and may yet be carried. */
  #moveFlows(link: Link): void {
    const { node } = this.#snapshot;
    for (const flow of [...link.flows]) {
      const { to, class: trafficClass, isOurs } = flow.info;
      if (!isOurs || to === link.peer) continue;
      const other = this.#reach.route({ to, via: [node] }, trafficClass)?.next;
      if (!other || other.node === link.peer || other.isFailing) continue;
      this.flowsMoved += 1;
      flow.breakOff(MOVED);
    }
  }

  /** What kind of NAT this node is behind, by what its neighbours say. */
  get nat(): Nat {
    const seen = [...this.#up()].flatMap(({ seenFrom }) => (seenFrom === undefined ? [] : [seenFrom]));
    return natOf(seen, { address: this.#endpoint.address, port: this.#endpoint.port });
  }

  /** Where flows last and their way is slow, a direct link is tried; once there, it is one more way among others. */
  #seekShortcuts(): void {
    const now = this.#options.context.now();
    const flows = [...this.#links.values()]
      .flatMap(({ flows: all }) => [...all])
      .filter(({ info }) => info.isOurs);
    for (const { node, dial, endpoints } of this.#snapshot.neighbours) {
      const since = Math.min(...flows.filter(({ info }) => info.to === node).map(({ info }) => info.since));
      const way = this.#reach.route({ to: node, via: [] }, 0);
      const relay = way && this.#links.get(way.next.node);
      if (!relay) continue;
      const reasons = unmet(
        {
          flowAgeMs: now - since,
          rttMs: way.metric.rttMs,
          relays: way.path.length - 1,
          isNamed: true,
          mayMeet: dial && endpoints.length === 0,
          nat: this.nat,
          sinceLastTryMs: this.#meeting.sinceLastTry(node),
          isLinked: this.#links.has(node),
        },
        this.#options.shortcuts,
      );
      if (reasons.length === 0) this.#meeting.ask(relay, node);
    }
  }

  #tellState(): void {
    this.#seekShortcuts();
    const { utilization } = performance.eventLoopUtilization(this.#busy);
    this.#busy = performance.eventLoopUtilization();
    const load = Math.min(1, Math.max(0, Math.round(utilization * 20) / 20));
    for (const link of this.#up()) link.tellState({ standing: this.#standing, load });
  }

  #down(link: Link, info: CloseInfo): void {
    if (this.#links.get(link.peer) !== link) return;
    this.#links.delete(link.peer);
    this.#log.info({ neighbour: link.peer, reason: info.reason }, 'link down');
    const clean = info.by !== 'idle' && info.by !== 'transport' && info.code === LINK_CLOSE.done;
    this.#peers.lost(link.peer, this.#options.context.now(), clean);
    this.#reach.down(link, clean);
    this.#dialMissing();
  }
}

/** Who has no address yet can't be dialed, whoever is to dial. */
const dialable = ({ neighbours }: Snapshot) =>
  neighbours.map(({ node, roles, dial, endpoints }) => ({ node, roles, dial: dial && endpoints.length > 0 }));
