/** One UDP socket that accepts and dials QUIC connections; dispatches the addon's events to them. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TransportClosed } from '../transport/transport.ts';
import { closeInfoOf, NativeConnection, peerInfoOf } from './connection.ts';
import { EVENT, EVENT_SIZE, type NativeEndpoint, native } from './native.ts';
import type {
  DialOptions,
  EndpointOptions,
  ListenOptions,
  PeerInfo,
  QuicConnection,
  QuicEndpoint,
  TlsIdentity,
} from './quic.ts';

/** Application close code for a peer that `accept` or `verify` refused. */
export const QUIC_REFUSED = 0x42;
const IDLE_MS = 30_000;
const HANDSHAKE_MS = 10_000;

interface Dialing {
  readonly verify: (peer: PeerInfo) => boolean;
  readonly resolve: (connection: QuicConnection) => void;
  readonly reject: (error: unknown) => void;
}

/** @throws Error when the address can not be bound */
export async function bindEndpoint(options: EndpointOptions = {}): Promise<QuicEndpoint> {
  const host = await resolveHost(options.host ?? '127.0.0.1');
  return new NativeEndpointSocket(host, options.port ?? 0);
}

async function resolveHost(host: string): Promise<string> {
  return isIP(host) ? host : (await lookup(host)).address;
}

class NativeEndpointSocket implements QuicEndpoint {
  readonly address: string;
  readonly port: number;
  readonly #native: NativeEndpoint;
  readonly #connections = new Map<number, NativeConnection>();
  readonly #dialing = new Map<number, Dialing>();
  #listening: ListenOptions | undefined;
  #closed = false;

  constructor(host: string, port: number) {
    const bound = native.bindSocket(host, port, (events) => this.#dispatch(events));
    if (typeof bound === 'string') throw new Error(`can not bind UDP ${host} port ${port}: ${bound}`);
    this.#native = bound;
    [this.address, this.port] = native.localAddress(bound);
  }

  listen(options: ListenOptions): void {
    if (this.#listening) throw new Error('an endpoint listens once');
    const { certificate, key } = options.identity;
    const idle = options.idleTimeoutMs ?? IDLE_MS;
    if (!native.listen(this.#native, certificate, key, options.alpn, idle)) {
      throw new Error('the certificate or its key is not usable PEM');
    }
    this.#listening = options;
  }

  setIdentity({ certificate, key }: TlsIdentity): void {
    if (!native.setIdentity(this.#native, certificate, key))
      throw new Error('the certificate or its key is not usable PEM');
  }

  async dial(options: DialOptions): Promise<QuicConnection> {
    options.signal?.throwIfAborted();
    const host = await resolveHost(options.host);
    const { certificate = '', key = '' } = options.identity ?? {};
    const id = this.#closed
      ? 0
      : native.dial(
          this.#native,
          host,
          options.port,
          options.alpn,
          options.serverName ?? '',
          certificate,
          key,
          options.idleTimeoutMs ?? IDLE_MS,
          options.handshakeTimeoutMs ?? HANDSHAKE_MS,
        );
    if (id === 0)
      throw new TransportClosed({
        by: 'local',
        code: 0,
        reason: 'the endpoint is closed or the identity is unusable',
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
    native.closeSocket(this.#native);
    const info = { by: 'local', code: 0, reason: 'the endpoint was closed' } as const;
    for (const { reject } of this.#dialing.values()) reject(new TransportClosed(info));
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    this.#dialing.clear();
    for (const connection of connections) connection.end(info);
    await new Promise((resolve) => setImmediate(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #dispatch(events: Float64Array): void {
    for (let at = 0; at < events.length && !this.#closed; at += EVENT_SIZE) {
      const type = events[at] ?? 0;
      const id = events[at + 1] ?? 0;
      if (type === EVENT.handshake) this.#handshake(id, events[at + 3] === 1);
      else if (type === EVENT.closed) this.#ended(id);
      else this.#connections.get(id)?.handle(type, events[at + 2] ?? 0, events[at + 3] ?? 0);
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
