/** The addon's functions and events, exactly as `native/binding.cc` and `native/event.h` have them. */
import { createRequire } from 'node:module';

/** Opaque: an `Endpoint` on the other side. */
export type NativeEndpoint = object & { readonly native: 'endpoint' };

/** Opaque: certificates and keys, parsed. */
export type NativeIdentity = object & { readonly native: 'identity' };

/** [address, port] */
type NativeAddress = [string, number];

export interface NativeQuic {
  /** The handle, or why the address can not be bound. `onEvents` gets four numbers an event: type, connection, stream, value. */
  bindSocket(
    host: string,
    port: number,
    mode: number,
    secret: Uint8Array | undefined,
    onEvents: (events: Float64Array) => void,
  ): NativeEndpoint | string;
  /** undefined when it went well. */
  rebindSocket(endpoint: NativeEndpoint, host: string, port: number): string | undefined;
  localAddress(endpoint: NativeEndpoint): NativeAddress;
  /** Certificate and key in turn, as PEM. */
  makeIdentity(pem: readonly string[]): NativeIdentity | undefined;
  /** `numbers`: idle ms, handshake ms, congestion, half open, retry above, per prefix, tickets. */
  listen(
    endpoint: NativeEndpoint,
    identity: NativeIdentity,
    alpn: readonly string[],
    numbers: Float64Array,
  ): void;
  setIdentity(endpoint: NativeEndpoint, identity: NativeIdentity): void;
  /** `numbers`: idle ms, handshake ms, congestion. */
  dial(
    endpoint: NativeEndpoint,
    host: string,
    port: number,
    alpn: string,
    serverName: string,
    identity: NativeIdentity | undefined,
    ticket: Uint8Array | undefined,
    numbers: Float64Array,
  ): number;
  ticketOf(endpoint: NativeEndpoint, connection: number): Uint8Array | undefined;
  isResumed(endpoint: NativeEndpoint, connection: number): boolean;
  updateKeys(endpoint: NativeEndpoint, connection: number): boolean;
  peerInfo(
    endpoint: NativeEndpoint,
    connection: number,
  ): [string, string, string, number, ...Uint8Array[]] | undefined;
  closeInfo(
    endpoint: NativeEndpoint,
    connection: number,
  ): [by: number, code: number, reason: string] | undefined;
  openStream(
    endpoint: NativeEndpoint,
    connection: number,
    bidirectional: boolean,
    trafficClass: number,
  ): number;
  write(endpoint: NativeEndpoint, connection: number, stream: number, bytes: Uint8Array): number;
  read(endpoint: NativeEndpoint, connection: number, stream: number): Uint8Array | undefined;
  unsent(endpoint: NativeEndpoint, connection: number, stream: number): number;
  finish(endpoint: NativeEndpoint, connection: number, stream: number): void;
  reset(endpoint: NativeEndpoint, connection: number, stream: number, code: number): void;
  stop(endpoint: NativeEndpoint, connection: number, stream: number, code: number): void;
  setClass(endpoint: NativeEndpoint, connection: number, stream: number, trafficClass: number): void;
  sendDatagram(
    endpoint: NativeEndpoint,
    connection: number,
    bytes: Uint8Array,
    trafficClass: number,
    /** -1: none. */
    key: number,
  ): 0 | 1 | 2 | 3;
  /** The only one; or the bytes of all, one after another, and how long each is. */
  takeDatagrams(
    endpoint: NativeEndpoint,
    connection: number,
  ): Uint8Array | [bytes: Uint8Array, lengths: Uint32Array] | undefined;
  maxDatagram(endpoint: NativeEndpoint, connection: number): number;
  /**
   * Fills 14: smoothed and least RTT (ms), congestion window, in flight, bytes sent, received, packets sent, received, stream bytes queued,
   * datagrams dropped, superseded, unsendable, lost, unread.
   */
  stats(endpoint: NativeEndpoint, connection: number, out: Float64Array): void;
  /** Fills 7: connections, half open, refused, retries, stateless resets, packets lost, send mode. */
  endpointStats(endpoint: NativeEndpoint, out: Float64Array): void;
  exportKey(
    endpoint: NativeEndpoint,
    connection: number,
    label: string,
    context: Uint8Array,
    length: number,
  ): Uint8Array | undefined;
  closeConnection(endpoint: NativeEndpoint, connection: number, code: number, reason: string): void;
  /** Resolves when the socket is free again. */
  closeSocket(endpoint: NativeEndpoint): Promise<void>;
  ngtcp2Version(): string;
  packetProtection(): 'openssl' | 'gnutls';
  /** SubjectPublicKeyInfo, DER, of the key that a PKCS#11 URI names; or why not. */
  tokenPublicKey(uri: string): Uint8Array | string | undefined;
  /** ES256, 64 bytes; or why not. */
  tokenSign(uri: string, bytes: Uint8Array): Uint8Array | string | undefined;
}

export const EVENT = {
  handshake: 1,
  stream: 2,
  readable: 3,
  finished: 4,
  reset: 5,
  stopped: 6,
  writable: 7,
  streamClosed: 8,
  datagrams: 9,
  closed: 10,
  streamsAvailable: 11,
} as const;

/** Numbers an event takes in a batch. */
export const EVENT_SIZE = 4;

/** Path of another build of the addon than the normal one: sanitized, or on another ngtcp2 (see `build.mjs`). For tests. */
const ADDON_VARIABLE = 'FABRIC_QUIC_ADDON';

function load(): NativeQuic {
  const path = process.env[ADDON_VARIABLE] ?? './build/Release/quic.node';
  try {
    return createRequire(import.meta.url)(path) as NativeQuic;
  } catch (cause) {
    throw new Error('the QUIC addon is not built: run `node dataplane/quic/build.mjs`', { cause });
  }
}

export const native = load();

/** From ngtcp2 1.24 on the peer's STOP_SENDING is told when it comes, with its code; before, with the next write, as 0. */
export const TELLS_STOP_CODE = native.ngtcp2Version().localeCompare('1.24.0', 'en', { numeric: true }) >= 0;
