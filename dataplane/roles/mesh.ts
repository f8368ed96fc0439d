/** A node's links: dials the neighbours its snapshot names, accepts those it permits, notices when one fails, opens flows. Shared by all roles. */

import { hkdfSync, X509Certificate } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { TrafficClass } from '../../schema/channel.ts';
import type { NodeId, OrgId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Neighbour, Snapshot } from '../../schema/snapshot.ts';
import { isTokenUri } from '../../schema/tokens/es256.ts';
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
import type { Carrier, CloseInfo } from '../transport/transport.ts';
import type { TunnelServer } from '../tunnel/serve.ts';
import { Dialing, dialable } from './dialing.ts';
import type { Dialed } from './link-dial.ts';
import { Meeting } from './meeting.ts';
import { type NetworkReport, reportOf } from './network-report.ts';
import { Reach } from './reach.ts';
import type { RoleContext } from './role.ts';
import { openTcpDoor } from './tcp-door.ts';
import { whenQuiet } from './way-back.ts';

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
  readonly shortcuts?: ShortcutPolicy;
  /** When UDP is tried again where a link goes over TCP, milliseconds. */
  readonly tryUdpAgain?: { readonly first: number; readonly most: number };
  /** Other protocols on the same port. */
  readonly others?: { readonly alpn: string; readonly connection: (connection: QuicConnection) => void };
}

export class Mesh {
  readonly #options: MeshOptions;
  readonly #endpoint: QuicEndpoint;
  readonly #links = new Map<NodeId, Link>();
  /** Over TCP, with something still going over them, while a newer one over UDP has taken their place. */
  readonly #retiring = new Set<Link>();
  readonly #dialing: Dialing;
  readonly #reach: Reach;
  readonly #peers: PeerBook;
  readonly #meeting: Meeting;
  readonly #log: Log;
  readonly #timers: NodeJS.Timeout[];
  #snapshot: Snapshot;
  #identity: TlsIdentity;
  #standing: NodeStanding = 'fine';
  #tunnels: TunnelServer | undefined;
  #busy = performance.eventLoopUtilization();
  flowsOpened = 0;
  flowsMoved = 0;

  static async start(options: MeshOptions): Promise<Mesh> {
    const { listen, identity } = options.context;
    // The same after a restart, so that neighbours of the role's former life learn at once that it is gone.
    // Of a key in a token we have nothing but its name, which is no secret.
    const secret = isTokenUri(identity.key)
      ? {}
      : { secret: new Uint8Array(hkdfSync('sha256', identity.key, '', 'fabric quic endpoint', 32)) };
    const mesh = new Mesh(options, await bindEndpoint({ host: listen.host, port: listen.port, ...secret }));
    // An entry's port on TCP is its clients'; who only dials is not dialed.
    if (options.announces) await mesh.#serveTcp();
    return mesh;
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
    this.#dialing = new Dialing({
      endpoint,
      peers: this.#peers,
      identity: () => this.#identity,
      neighbour: (known) => this.#neighbour(known),
      verify: (known, leaf) => this.#known(leaf)?.node === known,
      isLinked: (known) => this.#links.has(known),
      dialed: (dialed) => this.#linkTo(dialed, true),
      tryUdpAgain: options.tryUdpAgain,
      log,
      now,
    });
    this.#meeting = new Meeting({
      endpoint,
      identity: () => this.#identity,
      introduces: options.announces,
      neighbour: (known) => this.#neighbour(known),
      link: (known) => this.#links.get(known),
      dial: (known, at) => void this.#dialing.peer(known, at),
      now,
    });
    this.#timers = [
      setInterval(() => this.#look(), LOOK_MS),
      setInterval(() => this.#tellState(), STATE_MS),
      setInterval(() => void this.#dialing.probeWarm(), PROBE_WARM_MS),
    ];
    const { others } = options;
    endpoint.listen({
      identity,
      alpn: others ? [others.alpn, LINK_ALPN] : [LINK_ALPN],
      accept: (peer) => peer.alpn !== LINK_ALPN || this.#permitted(peer) !== undefined,
      connection: (connection) => {
        if (connection.peer.alpn !== LINK_ALPN) others?.connection(connection);
        else this.#linkTo({ connection, carrier: this.#carrierOf(connection.peer) }, false);
      },
    });
    this.#dialing.missing();
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

  /** Of those, the ones that go over TCP because UDP gets no answer. */
  get linksOverTcp(): number {
    return [...this.#up()].filter(({ carrier }) => carrier === 'tcp').length;
  }

  /** What this node knows of its links, peers, routes and flows, for its own operator and the platform's owner. */
  report(): NetworkReport {
    return reportOf({
      node: this.#snapshot.node,
      nat: this.nat,
      links: [...this.#all()],
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
    for (const link of this.#all()) {
      const neighbour = this.#neighbour(link.peer);
      if (!neighbour) void link.close(LINK_CLOSE.identity, 'no longer a neighbour');
      else if (this.#isCurrent(link)) this.#reach.refresh(link, neighbour);
    }
    this.#dialing.update();
  }

  setIdentity(identity: TlsIdentity): void {
    this.#identity = identity;
    this.#endpoint.setIdentity(identity);
    this.#tunnels?.setIdentity(identity);
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
    return [...this.#all()].find(({ flows }) => flows.has(flow));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#reach.close();
    this.#dialing.close();
    await Promise.all([...this.#all()].map((link) => link.close(LINK_CLOSE.done, 'the node stops')));
    await this.#tunnels?.close();
    await this.#endpoint.close();
  }

  #permitted(peer: PeerInfo): Neighbour | undefined {
    return this.#known(peer.certificates[0]);
  }

  #known(leaf: Uint8Array | undefined): Neighbour | undefined {
    return identifyPeer(leaf, this.#snapshot, this.#snapshot.neighbours, this.#options.context.now());
  }

  async #serveTcp(): Promise<void> {
    this.#tunnels = await openTcpDoor({
      endpoint: this.#endpoint,
      host: this.#options.context.listen.host,
      identity: this.#identity,
      permitted: (leaf) => this.#known(leaf) !== undefined,
      log: this.#log,
    });
  }

  #carrierOf({ address, port }: PeerInfo): Carrier {
    return this.#tunnels?.has(`${address}:${port}`) ? 'tcp' : 'quic';
  }

  #neighbour(node: NodeId): Neighbour | undefined {
    return this.#snapshot.neighbours.find((known) => known.node === node);
  }

  *#up(): Iterable<Link> {
    for (const link of this.#links.values()) if (link.isUp) yield link;
  }

  /** Those that retire first: of two to one neighbour the last is the one it has. */
  *#all(): Iterable<Link> {
    yield* this.#retiring;
    yield* this.#links.values();
  }

  #isCurrent(link: Link): boolean {
    return this.#links.get(link.peer) === link;
  }

  #linkTo({ connection, carrier }: Dialed, dialed: boolean): void {
    const peer = this.#permitted(connection.peer);
    if (!peer) return void connection.close(LINK_CLOSE.identity, 'not a neighbour');
    const older = this.#links.get(peer.node);
    const { cluster, node, roles } = this.#snapshot;
    const { port, certificates } = connection.peer;
    // Of a tunnel it is this host's own: nobody comes from there.
    const address = carrier === 'tcp' ? undefined : `${connection.peer.address}:${port}`;
    const seen = dialed || address === undefined ? {} : { seen: address };
    const certifiedUntil = new X509Certificate(certificates[0] ?? '').validToDate.getTime();
    const link: Link = new Link({
      connection,
      ours: { type: 'hello', version: 2, cluster, node, roles, ...seen } satisfies LinkHello,
      peer: peer.node,
      ...(address === undefined ? {} : { address }),
      carrier,
      dialed,
      events: {
        up: () => this.#linked(link, this.#neighbour(peer.node) ?? peer, certifiedUntil),
        reach: (_, reach) => {
          if (this.#isCurrent(link)) this.#reach.learn(link, reach);
        },
        state: () => this.#refresh(link),
        meet: (_, meet) => this.#meeting.heard(link, meet),
        flow: (_, open, stream) => this.#options.flow(link.peer, open, stream, link),
        down: (_, info) => this.#down(link, info),
      },
    });
    this.#links.set(peer.node, link);
    if (dialed && carrier === 'tcp') this.#dialing.seekUdp(peer.node);
    if (older) this.#replace(older, carrier);
  }

  #linked(link: Link, peer: Neighbour, certifiedUntil: number): void {
    this.#log.info({ neighbour: link.peer, carrier: link.carrier }, 'link up');
    if (!this.#isCurrent(link)) return;
    this.#peers.linked(link.peer, this.#options.context.now());
    this.#reach.up(link, peer, certifiedUntil);
    this.#tellState();
  }

  /**
   * The newer link is the one the neighbour believes in: it lost the older, or restarted. Unless it found the way back from TCP: then what goes over the older link
   * ends there.
   */
  #replace(older: Link, carrier: Carrier): void {
    const end = () => {
      this.#retiring.delete(older);
      void older.close(LINK_CLOSE.replaced, 'a newer link replaced it');
    };
    if (older.carrier !== 'tcp' || carrier !== 'quic' || !older.isUp) return end();
    this.#retiring.add(older);
    whenQuiet(older, end);
  }

  #refresh(link: Link): void {
    const neighbour = this.#neighbour(link.peer);
    if (!neighbour || !this.#isCurrent(link)) return;
    const { rttMs, loss } = link.metric;
    if (rttMs > 0) this.#peers.measured(link.peer, rttMs, loss, this.#options.context.now());
    this.#reach.refresh(link, neighbour);
    if (link.standing === 'draining') this.#moveFlows(link);
  }

  #look(): void {
    const now = performance.now();
    for (const link of this.#all()) {
      if (link.flows.size > 0 && link.look(now)) {
        this.#log.info({ neighbour: link.peer, failing: link.isFailing }, 'link');
        if (link.isFailing && this.#isCurrent(link)) this.#reach.failed(link.peer);
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
      if (!isOurs || (to === link.peer && this.#isCurrent(link))) continue;
      const other = this.#reach.route({ to, via: [node] }, trafficClass)?.next;
      if (!other || other.isFailing || this.#links.get(other.node) === link) continue;
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
    const flows = [...this.#all()].flatMap(({ flows: all }) => [...all]).filter(({ info }) => info.isOurs);
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
    this.#retiring.delete(link);
    if (!this.#isCurrent(link)) return;
    this.#links.delete(link.peer);
    this.#log.info({ neighbour: link.peer, reason: info.reason }, 'link down');
    const clean = info.by !== 'idle' && info.by !== 'transport' && info.code === LINK_CLOSE.done;
    this.#peers.lost(link.peer, this.#options.context.now(), clean);
    this.#reach.down(link, clean);
    this.#dialing.lost(link.peer);
  }
}
