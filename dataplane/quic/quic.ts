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
}

export interface ListenOptions {
  readonly identity: TlsIdentity;
  /** In order of preference. A client that offers none of them is refused by TLS (alert 120). */
  readonly alpn: readonly string[];
  /** Idle time-out, milliseconds, default 30000. */
  readonly idleTimeoutMs?: number;
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
  /** Return false to refuse the server; the dial then rejects. */
  readonly verify: (peer: PeerInfo) => boolean;
  readonly signal?: AbortSignal;
}

export interface QuicConnection extends Connection {
  readonly peer: PeerInfo;
  /** A unidirectional stream (HTTP/3 needs them); its `read` half is over from the start. */
  openUnidirectional(trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream>;
  /** RFC 5705 exporter, for channel binding. */
  exportKeyingMaterial(label: string, context: Uint8Array, length: number): Uint8Array;
}

/** Streams a peer opens carry `bidirectional`; `id` is the RFC 9000 stream id. */
export interface QuicEndpoint extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Starts accepting. Once per endpoint. */
  listen(options: ListenOptions): void;
  /** New connections use this identity; live ones stay as they are. */
  setIdentity(identity: TlsIdentity): void;
  /** @throws TransportClosed */
  dial(options: DialOptions): Promise<QuicConnection>;
  /** Closes every connection (code 0), then the socket. Nothing keeps Node alive afterwards. */
  close(): Promise<void>;
}

export type { ByteStream, CloseInfo };
