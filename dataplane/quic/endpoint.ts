/** One UDP socket that accepts and dials QUIC connections; dispatches the addon's events to them. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TransportClosed } from '../transport/transport.ts';
import { closeInfoOf, NativeConnection, peerInfoOf } from './connection.ts';
import { EVENT, EVENT_SIZE, type NativeEndpoint, type NativeIdentity, native } from './native.ts';
import type {
  AdmissionLimits,
  DialOptions,
  EndpointOptions,
  EndpointStats,
  ListenOptions,
  PeerInfo,
  QuicConnection,
  QuicEndpoint,
  SendMode,
  TlsIdentity,
} from './quic.ts';

/** Application close code for a peer that `accept` or `verify` refused. */
export const QUIC_REFUSED = 0x42;
const IDLE_MS = 30_000;
const HANDSHAKE_MS = 10_000;

const SEND_MODES: readonly SendMode[] = ['gso', 'sendmmsg', 'sendmsg'];
const CONGESTION = { cubic: 0, bbr: 1 } as const;
const LIMITS: AdmissionLimits = { halfOpen: 1024, retryAbove: 128, perPrefix: 20_000 };
const SECRET_BYTES = 32;

interface Dialing {
  readonly verify: (peer: PeerInfo) => boolean;
  readonly resolve: (connection: QuicConnection) => void;
  readonly reject: (error: unknown) => void;
}

/** @throws Error when the address can not be bound */
export async function bindEndpoint(options: EndpointOptions = {}): Promise<QuicEndpoint> {
  const host = await resolveHost(options.host ?? '127.0.0.1');
  if (options.secret && options.secret.length !== SECRET_BYTES)
    throw new Error(`an endpoint's secret has ${SECRET_BYTES} bytes`);
  return new NativeEndpointSocket(host, options);
}

/** Parsed once: an identity is used for many dials. */
const identities = new WeakMap<TlsIdentity, NativeIdentity>();

function nativeIdentity(identity: TlsIdentity, named: readonly TlsIdentity[] = []): NativeIdentity {
  const known = named.length === 0 ? identities.get(identity) : undefined;
  if (known) return known;
  const made = native.makeIdentity(
    [identity, ...named].flatMap(({ certificate, key }) => [certificate, key]),
  );
  if (!made) throw new Error('the certificate or its key is not usable PEM');
  if (named.length === 0) identities.set(identity, made);
  return made;
}

async function resolveHost(host: string): Promise<string> {
  return isIP(host) ? host : (await lookup(host)).address;
}

class NativeEndpointSocket implements QuicEndpoint {
  readonly #native: NativeEndpoint;
  readonly #connections = new Map<number, NativeConnection>();
  readonly #dialing = new Map<number, Dialing>();
  #listening: ListenOptions | undefined;
  #local: [address: string, port: number];
  #closed = false;

  constructor(host: string, { port = 0, secret, sendMode = 'gso' }: EndpointOptions) {
    const mode = SEND_MODES.indexOf(sendMode);
    const bound = native.bindSocket(host, port, mode, secret, (events) => this.#dispatch(events));
    if (typeof bound === 'string') throw new Error(`can not bind UDP ${host} port ${port}: ${bound}`);
    this.#native = bound;
    this.#local = native.localAddress(bound);
  }

  get address(): string {
    return this.#local[0];
  }

  get port(): number {
    return this.#local[1];
  }

  listen(options: ListenOptions): void {
    if (this.#listening) throw new Error('an endpoint listens once');
    const limits = { ...LIMITS, ...options.limits };
    const numbers = Float64Array.of(
      options.idleTimeoutMs ?? IDLE_MS,
      options.handshakeTimeoutMs ?? HANDSHAKE_MS,
      CONGESTION[options.congestion ?? 'cubic'],
      limits.halfOpen,
      limits.retryAbove,
      limits.perPrefix,
      options.tickets ? 1 : 0,
    );
    const identity = nativeIdentity(options.identity, options.namedIdentities);
    native.listen(this.#native, identity, options.alpn, numbers);
    this.#listening = options;
  }

  setIdentity(identity: TlsIdentity, namedIdentities?: readonly TlsIdentity[]): void {
    native.setIdentity(this.#native, nativeIdentity(identity, namedIdentities));
  }

  async rebind({ host, port = 0 }: { readonly host?: string; readonly port?: number } = {}): Promise<void> {
    const address = host === undefined ? this.address : await resolveHost(host);
    const problem = native.rebindSocket(this.#native, address, port);
    if (problem !== undefined) throw new Error(`can not bind UDP ${address} port ${port}: ${problem}`);
    this.#local = native.localAddress(this.#native);
  }

  stats(): EndpointStats {
    const numbers = new Float64Array(7);
    native.endpointStats(this.#native, numbers);
    const [
      connections = 0,
      halfOpen = 0,
      refused = 0,
      retries = 0,
      statelessResets = 0,
      packetsLost = 0,
      mode = 0,
    ] = numbers;
    const sendMode = SEND_MODES[mode] ?? 'sendmsg';
    return { connections, halfOpen, refused, retries, statelessResets, packetsLost, sendMode };
  }

  async dial(options: DialOptions): Promise<QuicConnection> {
    options.signal?.throwIfAborted();
    const host = await resolveHost(options.host);
    options.signal?.throwIfAborted();
    if (isIP(host) === 6 && isIP(this.address) === 4)
      throw new Error('an endpoint bound to an IPv4 address does not reach an IPv6 one: bind ::');
    const identity = options.identity && nativeIdentity(options.identity);
    const numbers = Float64Array.of(
      options.idleTimeoutMs ?? IDLE_MS,
      options.handshakeTimeoutMs ?? HANDSHAKE_MS,
      CONGESTION[options.congestion ?? 'cubic'],
    );
    const { port, alpn, serverName = '', ticket } = options;
    const id = this.#closed
      ? 0
      : native.dial(this.#native, host, port, alpn, serverName, identity, ticket, numbers);
    if (id === 0)
      throw new TransportClosed({
        by: 'local',
        code: 0,
        reason: 'the endpoint is closed',
      });
    return new Promise((resolve, reject) => {
      const abort = () => {
        if (!this.#dialing.delete(id)) return;
        native.closeConnection(this.#native, id, 0, 'the dial was given up');
        reject(options.signal?.reason);
      };
      const settled = () => options.signal?.removeEventListener('abort', abort);
      options.signal?.addEventListener('abort', abort, { once: true });
      this.#dialing.set(id, {
        verify: options.verify,
        resolve: (connection) => {
          settled();
          resolve(connection);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const released = native.closeSocket(this.#native);
    const info = { by: 'local', code: 0, reason: 'the endpoint was closed' } as const;
    for (const { reject } of this.#dialing.values()) reject(new TransportClosed(info));
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    this.#dialing.clear();
    for (const connection of connections) connection.end(info);
    await released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #dispatch(events: Float64Array): void {
    for (let at = 0; at < events.length && !this.#closed; at += EVENT_SIZE) {
      const type = events[at] ?? 0;
      const id = events[at + 1] ?? 0;
      try {
        if (type === EVENT.handshake) this.#handshake(id, events[at + 3] === 1);
        else if (type === EVENT.closed) this.#ended(id);
        else this.#connections.get(id)?.handle(type, events[at + 2] ?? 0, events[at + 3] ?? 0);
      } catch (error) {
        // What a callee threw is reported as uncaught; the others' events are delivered all the same.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #handshake(id: number, server: boolean): void {
    const peer = peerInfoOf(this.#native, id);
    const dialing = this.#dialing.get(id);
    const allowed = server ? this.#listening?.accept(peer) === true : dialing?.verify(peer) === true;
    this.#dialing.delete(id);
    if (!allowed) {
      native.closeConnection(this.#native, id, QUIC_REFUSED, 'refused');
      dialing?.reject(
        new TransportClosed({ by: 'local', code: QUIC_REFUSED, reason: 'the peer is not who it should be' }),
      );
      return;
    }
    const connection = new NativeConnection(this.#native, id, peer);
    this.#connections.set(id, connection);
    if (server) this.#listening?.connection(connection);
    else dialing?.resolve(connection);
  }

  #ended(id: number): void {
    const info = closeInfoOf(this.#native, id);
    this.#dialing.get(id)?.reject(new TransportClosed(info));
    this.#dialing.delete(id);
    this.#connections.get(id)?.end(info);
    this.#connections.delete(id);
  }
}
