/** A node's links: dials the neighbours its snapshot names, accepts those it permits, keeps routes, opens flows. Shared by all roles. */

import { hkdfSync } from 'node:crypto';
import type { TrafficClass } from '../../schema/channel.ts';
import type { NodeId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Neighbour, Snapshot } from '../../schema/snapshot.ts';
import { isTokenUri } from '../../schema/tokens/es256.ts';
import type { FlowOpen } from '../../schema/wire/flow.ts';
import { LINK_ALPN, type LinkHello } from '../../schema/wire/link.ts';
import { identifyPeer } from '../link/identity.ts';
import { LINK_CLOSE, Link } from '../link/link.ts';
import { bindEndpoint } from '../quic/endpoint.ts';
import type { PeerInfo, QuicConnection, QuicEndpoint, TlsIdentity } from '../quic/quic.ts';
import { Routes } from '../routing/routes.ts';
import type { Log } from '../sessions/control.ts';
import type { ByteStream, Carrier } from '../transport/transport.ts';
import { serveTunnels, type TunnelServer } from '../tunnel/serve.ts';
import { type Dialed, dialLink, overUdp } from './link-dial.ts';
import type { RoleContext } from './role.ts';
import { WayBack, whenQuiet } from './way-back.ts';

/** Full jitter between these, milliseconds. */
const BACKOFF_MS = { first: 100, most: 10_000 } as const;

export interface MeshOptions {
  readonly context: RoleContext;
  /** Relays tell neighbours what they reach. */
  readonly announces: boolean;
  /** A flow came in over a link. */
  readonly flow: (from: NodeId, open: FlowOpen, stream: ByteStream) => void;
  /** When UDP is tried again where a link goes over TCP, milliseconds. */
  readonly tryUdpAgain?: { readonly first: number; readonly most: number };
  /** Other protocols on the same port. */
  readonly others?: { readonly alpn: string; readonly connection: (connection: QuicConnection) => void };
}

export class Mesh {
  readonly #options: MeshOptions;
  readonly #endpoint: QuicEndpoint;
  readonly #links = new Map<NodeId, Link>();
  readonly #dialing = new Map<NodeId, AbortController>();
  /** Over TCP, with something still going over them, while a newer one over UDP has taken their place. */
  readonly #retiring = new Set<Link>();
  readonly #routes: Routes;
  readonly #log: Log;
  #snapshot: Snapshot;
  #identity: TlsIdentity;
  #tunnels: TunnelServer | undefined;
  readonly #wayBack: WayBack;
  #closed = false;
  flowsOpened = 0;

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
    const { snapshot, identity, log } = options.context;
    this.#snapshot = snapshot;
    this.#identity = identity;
    this.#log = log;
    this.#routes = new Routes(snapshot.node);
    this.#wayBack = new WayBack({
      tryUdp: (node, signal) => this.#tryUdp(node, signal),
      ...(options.tryUdpAgain ? { again: options.tryUdpAgain } : {}),
    });
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
    return [...this.#links.values()].filter(({ isUp }) => isUp).length;
  }

  /** Of those, the ones that go over TCP because UDP gets no answer. */
  get linksOverTcp(): number {
    return [...this.#links.values()].filter(({ isUp, carrier }) => isUp && carrier === 'tcp').length;
  }

  /** Drops links that are no longer permitted, dials those that are new. */
  update(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    for (const [node, link] of this.#links) {
      if (!snapshot.neighbours.some((neighbour) => neighbour.node === node)) {
        void link.close(LINK_CLOSE.identity, 'no longer a neighbour');
      }
    }
    for (const link of this.#retiring) {
      if (!snapshot.neighbours.some(({ node }) => node === link.peer))
        void link.close(LINK_CLOSE.identity, 'no longer a neighbour');
    }
    for (const [node, dialing] of this.#dialing) {
      if (!this.#toDial().some((neighbour) => neighbour.node === node)) dialing.abort();
    }
    this.#dialMissing();
  }

  setIdentity(identity: TlsIdentity): void {
    this.#identity = identity;
    this.#endpoint.setIdentity(identity);
    this.#tunnels?.setIdentity(identity);
  }

  /** Opens a flow towards a node by the best route. @throws Refusal `no_route` or `overloaded` */
  async openFlow(to: NodeId, trafficClass: TrafficClass, hops: number, from?: NodeId): Promise<ByteStream> {
    const route = this.#routes.best(to, from);
    const link = route?.path[0] === undefined ? undefined : this.#links.get(route.path[0]);
    if (!link) throw new Refusal('no_route');
    try {
      const stream = await link.open({ type: 'flow', to, class: trafficClass, hops });
      this.flowsOpened += 1;
      return stream;
    } catch (cause) {
      throw cause instanceof Refusal ? cause : new Refusal('no_route', undefined, { cause });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const dialing of this.#dialing.values()) dialing.abort();
    this.#wayBack.close();
    for (const link of this.#retiring) void link.close(LINK_CLOSE.done, 'the node stops');
    await Promise.all([...this.#links.values()].map((link) => link.close(LINK_CLOSE.done, 'the node stops')));
    await this.#tunnels?.close();
    await this.#endpoint.close();
  }

  #permitted(peer: PeerInfo): Neighbour | undefined {
    return this.#known(peer.certificates[0]);
  }

  #known(leaf: Uint8Array | undefined): Neighbour | undefined {
    return identifyPeer(leaf, this.#snapshot, this.#snapshot.neighbours, this.#options.context.now());
  }

  /** Without it the node still serves all others. */
  async #serveTcp(): Promise<void> {
    const { host } = this.#options.context.listen;
    const { address, port } = this.#endpoint;
    const target = { host: address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address, port };
    const permitted = (leaf: Uint8Array) => this.#known(leaf) !== undefined;
    try {
      this.#tunnels = await serveTunnels({ host, port, identity: this.#identity, permitted, target });
    } catch (error) {
      this.#log.warn(
        { port, reason: String(error) },
        'TCP is not served: neighbours whose network blocks UDP stay outside',
      );
    }
  }

  #carrierOf({ address, port }: PeerInfo): Carrier {
    return this.#tunnels?.has(`${address}:${port}`) ? 'tcp' : 'quic';
  }

  #toDial(): Neighbour[] {
    return this.#snapshot.neighbours.filter(({ dial, endpoints }) => dial && endpoints.length > 0);
  }

  #dialMissing(): void {
    for (const { node } of this.#toDial()) {
      if (this.#closed || this.#links.has(node) || this.#dialing.has(node)) continue;
      const abort = new AbortController();
      this.#dialing.set(node, abort);
      void this.#dialUntilLinked(node, abort.signal).finally(() => this.#dialing.delete(node));
    }
  }

  async #dialUntilLinked(node: NodeId, signal: AbortSignal): Promise<void> {
    for (let most: number = BACKOFF_MS.first; !signal.aborted; most = Math.min(most * 2, BACKOFF_MS.most)) {
      const neighbour = this.#toDial().find((known) => known.node === node);
      if (!neighbour) return;
      for (const endpoint of neighbour.endpoints) {
        if (await this.#dial(node, endpoint, signal)) return;
      }
      await pause(Math.random() * most, signal);
    }
  }

  async #dial(node: NodeId, endpoint: string, signal: AbortSignal, how = dialLink): Promise<boolean> {
    const colon = endpoint.lastIndexOf(':');
    const to = {
      endpoint: this.#endpoint,
      host: endpoint.slice(0, colon).replace(/^\[|\]$/g, ''),
      port: Number(endpoint.slice(colon + 1)),
      alpn: LINK_ALPN,
      identity: this.#identity,
      verify: (leaf: Uint8Array | undefined) => this.#known(leaf)?.node === node,
      signal,
    };
    try {
      this.#linkTo(await how(to), true);
      return true;
    } catch (error) {
      this.#log.debug({ node, endpoint, reason: String(error) }, 'dial failed');
      return false;
    }
  }

  async #tryUdp(node: NodeId, signal: AbortSignal): Promise<boolean> {
    const neighbour = this.#toDial().find((known) => known.node === node);
    for (const endpoint of neighbour?.endpoints ?? [])
      if (await this.#dial(node, endpoint, signal, overUdp)) return true;
    return neighbour === undefined;
  }

  #linkTo({ connection, carrier }: Dialed, dialed: boolean): void {
    const peer = this.#permitted(connection.peer);
    if (!peer) return void connection.close(LINK_CLOSE.identity, 'not a neighbour');
    const older = this.#links.get(peer.node);
    const { cluster, node, roles } = this.#snapshot;
    const ours: LinkHello = { type: 'hello', version: 1, cluster, node, roles };
    const link = new Link({
      connection,
      ours,
      peer: peer.node,
      carrier,
      dialed,
      events: {
        up: (up) => this.#up(up),
        reach: (from, { to, path, rttMs }) => {
          if (this.#routes.learn(from.peer, to, path, rttMs)) this.#announce([to]);
        },
        flow: (from, open, stream) => this.#options.flow(from.peer, open, stream),
        down: (down, info) => this.#down(down, info.reason),
      },
    });
    this.#links.set(peer.node, link);
    if (dialed && carrier === 'tcp') this.#wayBack.seek(peer.node);
    if (older) this.#replace(older, carrier);
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

  #up(link: Link): void {
    this.#log.info({ neighbour: link.peer, carrier: link.carrier }, 'link up');
    this.#routes.neighbourUp(link.peer);
    this.#announce([link.peer]);
    if (this.#options.announces) for (const to of this.#routes.destinations()) this.#announceTo(link, to);
  }

  #down(link: Link, reason: string): void {
    this.#retiring.delete(link);
    if (this.#links.get(link.peer) !== link) return;
    this.#links.delete(link.peer);
    this.#wayBack.stop(link.peer);
    this.#log.info({ neighbour: link.peer, reason }, 'link down');
    this.#announce(this.#routes.neighbourDown(link.peer));
    if (!this.#closed) this.#dialMissing();
  }

  #announce(changed: readonly NodeId[]): void {
    if (!this.#options.announces) return;
    for (const link of this.#links.values()) for (const to of changed) this.#announceTo(link, to);
  }

  /** The best route that does not lead back to whom it is told. */
  #announceTo(link: Link, to: NodeId): void {
    if (!link.isUp || to === link.peer) return;
    const route = this.#routes.best(to, link.peer);
    const useful = route && !route.path.includes(link.peer);
    link.announce({
      type: 'reach',
      to,
      path: useful ? [this.#snapshot.node, ...route.path] : [],
      rttMs: useful ? route.rttMs + (this.#links.get(route.path[0] ?? to)?.rttMs ?? 0) : 0,
    });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', wake, { once: true });
  });
}
