/**
 * The public face of the QUIC transport. One `QuicEndpoint` is one UDP socket: it can accept connections and dial
 * from the same port. Nothing about a peer's certificate is verified here except possession of its key;
 * chain, identity and pins are the caller's decision, taken in `accept`/`verify` before any byte is delivered.
 */

import type { TrafficClass } from '../../schema/channel.ts';
import type { ByteStream, CloseInfo, Connection } from '../transport/transport.ts';

/** PEM texts. `key` never leaves the process. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** Who is at the other end, known before anything else of the connection is delivered. */
export interface PeerInfo {
  readonly alpn: string;
  readonly serverName: string | undefined;
  readonly address: string;
  readonly port: number;
  /** DER certificates, leaf first; empty when the peer showed none. */
  readonly certificates: readonly Uint8Array[];
}

export interface EndpointOptions {
  /** Address to bind, default `127.0.0.1`. */
  readonly host?: string;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /**
   * 32 bytes that outlive the process. An endpoint that comes back with the same secret on the same port tells peers of its former life at once
   * (stateless reset, RFC 9000 section 10.3) that they must dial again; without one they find out by time-out.
   */
  readonly secret?: Uint8Array;
  /** How packets are handed to the kernel; falls back by itself where the kernel can not. Default `gso`. */
  readonly sendMode?: SendMode;
}

export type SendMode = 'gso' | 'sendmmsg' | 'sendmsg';
export type Congestion = 'cubic' | 'bbr';

/** What an endpoint bears before it drops or tests newcomers. */
export interface AdmissionLimits {
  /** Handshakes in flight, default 1024; a further newcomer is dropped and tries again by itself. */
  readonly halfOpen: number;
  /** With so many in flight (default 128) newcomers must first prove their address (Retry, RFC 9000 section 8.1.2). */
  readonly retryAbove: number;
  /** Connections from one IPv4 /24 or IPv6 /56, default 20000. */
  readonly perPrefix: number;
}

export interface EndpointStats {
  readonly connections: number;
  readonly halfOpen: number;
  /** Newcomers dropped by a limit. */
  readonly refused: number;
  /** Newcomers that were asked to prove their address. */
  readonly retries: number;
  readonly statelessResets: number;
  /** Packets that the kernel did not take. */
  readonly packetsLost: number;
  /** What the kernel was found to take. */
  readonly sendMode: SendMode;
}

export interface ListenOptions {
  readonly identity: TlsIdentity;
  /** For clients that ask for a server name which one of these certificates bears (SNI, RFC 6066 section 3). */
  readonly namedIdentities?: readonly TlsIdentity[];
  /** In order of preference. A client that offers none of them is refused by TLS (alert 120). */
  readonly alpn: readonly string[];
  /** Idle time-out, milliseconds, default 30000. */
  readonly idleTimeoutMs?: number;
  /** Default 10000. */
  readonly handshakeTimeoutMs?: number;
  /** Default `cubic`. */
  readonly congestion?: Congestion;
  /** Clients are given tickets that spare the certificates next time. Default false: each costs a handshake time and memory. */
  readonly tickets?: boolean;
  readonly limits?: Partial<AdmissionLimits>;
  /** A handshake was completed. Return false to refuse (application close `QUIC_REFUSED`); nothing is then delivered. */
  readonly accept: (peer: PeerInfo) => boolean;
  readonly connection: (connection: QuicConnection) => void;
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly serverName?: string;
  readonly alpn: string;
  readonly identity?: TlsIdentity;
  readonly idleTimeoutMs?: number;
  readonly handshakeTimeoutMs?: number;
  readonly congestion?: Congestion;
  /** From an earlier connection to the same server: spares the certificates. One that is not usable is ignored. A secret. */
  readonly ticket?: Uint8Array;
  /** Return false to refuse the server; the dial then rejects. */
  readonly verify: (peer: PeerInfo) => boolean;
  readonly signal?: AbortSignal;
}

export interface QuicConnection extends Connection {
  readonly peer: PeerInfo;
  /** A unidirectional stream (HTTP/3 needs them); its `read` half is over from the start. */
  openUnidirectional(trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream>;
  /** For a later dial to the same server; undefined until the server sent one. A secret. */
  readonly ticket: Uint8Array | undefined;
  /** The handshake went by a ticket. */
  readonly resumed: boolean;
  /** Changes the packet keys (RFC 9001 section 6). False while the handshake or an earlier change is not confirmed. */
  updateKeys(): boolean;
  /** RFC 5705 exporter, for channel binding. */
  exportKeyingMaterial(label: string, context: Uint8Array, length: number): Uint8Array;
}

/** Streams a peer opens carry `bidirectional`; `id` is the RFC 9000 stream id. */
export interface QuicEndpoint extends AsyncDisposable {
  /** Where it is bound. */
  readonly address: string;
  readonly port: number;
  /** Starts accepting. Once per endpoint. */
  listen(options: ListenOptions): void;
  /** New connections use this identity; live ones stay as they are. */
  setIdentity(identity: TlsIdentity, namedIdentities?: readonly TlsIdentity[]): void;
  /**
   * Moves to another local address, as after a change of network: connections dialed from here go along without losing a byte.
   * @throws Error when it can not be bound; the endpoint then stays where it is
   */
  rebind(to?: { readonly host?: string; readonly port?: number }): Promise<void>;
  stats(): EndpointStats;
  /** @throws TransportClosed */
  dial(options: DialOptions): Promise<QuicConnection>;
  /** Closes every connection (code 0), then the socket. Nothing keeps Node alive afterwards. */
  close(): Promise<void>;
}

export type { ByteStream, CloseInfo };
