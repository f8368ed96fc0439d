/**
 * What every transport below the link gives: one connection between two neighbours, with ordered byte
 * streams and unreliable datagrams. Implementations: `dataplane/quic` (native), `webtransport.ts` (a W3C WebTransport
 * session, in the browser and in Node) and `memory.ts` (an in-memory pair for tests). All pass `conformance.ts`.
 *
 * Bytes are pulled, never pushed: nothing is read until `read()` takes it, and only then does the sender get credit.
 */
import type { TrafficClass } from '../../schema/channel.ts';

/** Why a stream or connection ended. Codes are application codes, 0 to 2^32-1; 0 is "no error". */
export interface CloseInfo {
  readonly code: number;
  readonly reason: string;
  /** Who ended it: `idle` is a time-out, `transport` a QUIC or TLS level error (then `code` is the QUIC code). */
  readonly by: 'local' | 'peer' | 'idle' | 'transport';
}

/** Told about a stream's events. Methods are called from the event loop, never from inside a call into the stream. */
export interface StreamObserver {
  /** `read()` has something to give, or the readable half has just finished (`readableEnded`). */
  readable(): void;
  /** A `write` that returned false has drained: go on. */
  writable(): void;
  /** The peer abandoned its sending half: what was not read is gone. */
  reset(code: number): void;
  /** The peer wants no more of what we send: the sending half is over. */
  stopped(code: number): void;
  /** Both halves are over (finished, reset, or the connection ended). Called once, last. */
  closed(): void;
}

/** Datagrams that belong to a stream (`datagram-labels.ts`). */
export interface StreamDatagrams {
  /** Gives it its one observer; what came before is lost, as any may be. */
  observe(observer: (datagram: Uint8Array) => void): void;
  send(datagram: Uint8Array): DatagramOutcome;
  /** Milliseconds until something may go; absent or 0: now. Whoever has something newer by then sends that instead. */
  wait?(): number;
  /** The stream is over: what still comes belongs to nobody. */
  close(): void;
}

export interface ByteStream {
  /** Absent: this way has none. Given by who opens or accepts the stream, before it is handed on. */
  datagrams?: StreamDatagrams | undefined;
  /** The transport's own number for the stream; unique within a connection while the stream lives. */
  readonly id: number;
  readonly bidirectional: boolean;
  /** Gives the stream its one observer. Until then nothing is lost: bytes wait under flow control. */
  observe(observer: StreamObserver): void;
  /** All that has arrived in one chunk, or undefined. The chunk is the caller's; taking it gives the peer credit. */
  read(): Uint8Array | undefined;
  /** The peer finished its half and all of it has been read. */
  readonly readableEnded: boolean;
  /**
   * Queues bytes, which belong to the stream from now on (the caller must not change them).
   * Returns false when more than the high-water mark (1 MiB by default) waits: hold back until `writable()`.
   * After `end`, `reset` or a stop, bytes are dropped and false is returned.
   */
  write(bytes: Uint8Array): boolean;
  /** Bytes accepted by `write` and not yet acknowledged or handed on. */
  readonly pending: number;
  /** Finishes the sending half after what is queued. */
  end(): void;
  /** Abandons the sending half at once. */
  reset(code: number): void;
  /** Asks the peer to stop sending; what arrives from now on is thrown away. */
  stop(code: number): void;
  /** Moves the stream to another class; takes effect with the next packet. */
  setClass(trafficClass: TrafficClass): void;
}

/** What became of a datagram handed in. `dropped`: the bounded queue was full, an older one was let go. */
export type DatagramOutcome = 'queued' | 'dropped' | 'too_large' | 'closed';

export interface ConnectionObserver {
  /** The peer opened a stream. */
  stream(stream: ByteStream): void;
  /** Datagrams that arrived in one batch, oldest first. The chunks are the callee's. */
  datagrams(batch: readonly Uint8Array[]): void;
  /** Over. Called once, last. */
  closed(info: CloseInfo): void;
}

/** Cheap enough to read every 100 ms. Counters only grow. */
export interface ConnectionStats {
  /** Smoothed round-trip time, milliseconds (0 when not known). */
  readonly rttMs: number;
  readonly minRttMs: number;
  readonly congestionWindow: number;
  readonly bytesInFlight: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
  /** Stream bytes accepted and not yet sent. */
  readonly bytesQueued: number;
  /** Datagrams let go because the queue to send them was full. */
  readonly datagramsDropped: number;
  /** Datagrams whose place a newer one of the same key took. */
  readonly datagramsSuperseded: number;
  /** Datagrams that the path became too small for. */
  readonly datagramsUnsendable: number;
  /** Datagrams in packets that were lost on the way. */
  readonly datagramsLost: number;
  /** Datagrams that arrived and were let go because nobody read. */
  readonly datagramsUnread: number;
}

/** Of a transport that tells nothing. */
export const NO_STATS: ConnectionStats = {
  rttMs: 0,
  minRttMs: 0,
  congestionWindow: 0,
  bytesInFlight: 0,
  bytesSent: 0,
  bytesReceived: 0,
  packetsSent: 0,
  packetsReceived: 0,
  bytesQueued: 0,
  datagramsDropped: 0,
  datagramsSuperseded: 0,
  datagramsUnsendable: 0,
  datagramsLost: 0,
  datagramsUnread: 0,
};

/** What a connection rides on: `tcp` where UDP is blocked; datagrams then wait behind what TCP has in flight. */
export type Carrier = 'quic' | 'tcp';

export interface Connection {
  readonly carrier: Carrier;
  /** Gives the connection its one observer; streams and datagrams that came before wait (bounded) and are then delivered. */
  observe(observer: ConnectionObserver): void;
  /** Opens a bidirectional stream; waits while the peer's stream limit is reached. @throws TransportClosed */
  openStream(trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream>;
  /** With a key (0 to 2^32-1) it takes the place of one with the same class and key that still waits here: newest wins. */
  sendDatagram(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome;
  /** Largest datagram that can go now; grows and shrinks with the path. */
  readonly maxDatagramSize: number;
  stats(): ConnectionStats;
  /** Ends the connection; the first caller's code and reason win. Resolves when the transport has let go. */
  close(code: number, reason: string): Promise<void>;
  readonly closed: Promise<CloseInfo>;
}

/** The connection is over, or never came to be. */
export class TransportClosed extends Error {
  override readonly name = 'TransportClosed';
  readonly info: CloseInfo;
  constructor(info: CloseInfo) {
    super(`connection closed by ${info.by}: ${info.reason || 'no reason given'} (code ${info.code})`);
    this.info = info;
  }
}
