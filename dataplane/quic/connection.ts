/** One QUIC connection as a `Connection`: turns the addon's events into calls on streams and on its observer. */
import type { TrafficClass } from '../../schema/channel.ts';
import {
  type ByteStream,
  type CloseInfo,
  type ConnectionObserver,
  type ConnectionStats,
  type DatagramOutcome,
  TransportClosed,
} from '../transport/transport.ts';
import { EVENT, type NativeEndpoint, native } from './native.ts';
import type { PeerInfo, QuicConnection } from './quic.ts';
import { QuicStream } from './stream.ts';

const CLOSED_BY = ['local', 'peer', 'idle', 'transport'] as const;
const OUTCOME: readonly DatagramOutcome[] = ['queued', 'dropped', 'too_large', 'closed'];
/** A datagram that takes no other's place. */
const NO_KEY = -1;
/** Streams that may wait for an observer; a further one is refused with a reset. */
const EARLY_STREAMS = 1000;

interface Opening {
  readonly bidirectional: boolean;
  readonly trafficClass: TrafficClass;
  readonly resolve: (stream: ByteStream) => void;
  readonly reject: (error: unknown) => void;
}

export class NativeConnection implements QuicConnection {
  readonly carrier = 'quic';
  readonly peer: PeerInfo;
  readonly closed: Promise<CloseInfo>;
  readonly #endpoint: NativeEndpoint;
  readonly #id: number;
  readonly #streams = new Map<number, QuicStream>();
  readonly #openings: Opening[] = [];
  readonly #stats = new Float64Array(14);
  #observer: ConnectionObserver | undefined;
  #early: QuicStream[] = [];
  #over: CloseInfo | undefined;
  #observing = false;
  #toldClosed = false;
  #settleClosed: (info: CloseInfo) => void = () => {};

  constructor(endpoint: NativeEndpoint, id: number, peer: PeerInfo) {
    this.#endpoint = endpoint;
    this.#id = id;
    this.peer = peer;
    const { promise, resolve } = Promise.withResolvers<CloseInfo>();
    this.closed = promise;
    this.#settleClosed = resolve;
  }

  observe(observer: ConnectionObserver): void {
    if (this.#observer) throw new Error('a connection has one observer');
    this.#observer = observer;
    queueMicrotask(() => {
      for (const stream of this.#early.splice(0)) observer.stream(stream);
      this.#deliverDatagrams();
      this.#tellClosed();
    });
  }

  openStream(trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream> {
    return this.#open(true, trafficClass, signal);
  }

  openUnidirectional(trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream> {
    return this.#open(false, trafficClass, signal);
  }

  sendDatagram(bytes: Uint8Array, trafficClass: TrafficClass, key = NO_KEY): DatagramOutcome {
    return OUTCOME[native.sendDatagram(this.#endpoint, this.#id, bytes, trafficClass, key)] ?? 'closed';
  }

  get maxDatagramSize(): number {
    return native.maxDatagram(this.#endpoint, this.#id);
  }

  stats(): ConnectionStats {
    if (!this.#over) native.stats(this.#endpoint, this.#id, this.#stats);
    const [rttMs = 0, minRttMs = 0, congestionWindow = 0, bytesInFlight = 0] = this.#stats;
    const [bytesSent = 0, bytesReceived = 0, packetsSent = 0, packetsReceived = 0] = this.#stats.subarray(4);
    const [bytesQueued = 0, datagramsDropped = 0, datagramsSuperseded = 0] = this.#stats.subarray(8);
    const [datagramsUnsendable = 0, datagramsLost = 0, datagramsUnread = 0] = this.#stats.subarray(11);
    return {
      rttMs,
      minRttMs,
      congestionWindow,
      bytesInFlight,
      bytesSent,
      bytesReceived,
      packetsSent,
      packetsReceived,
      bytesQueued,
      datagramsDropped,
      datagramsSuperseded,
      datagramsUnsendable,
      datagramsLost,
      datagramsUnread,
    };
  }

  get ticket(): Uint8Array | undefined {
    return native.ticketOf(this.#endpoint, this.#id);
  }

  get resumed(): boolean {
    return native.isResumed(this.#endpoint, this.#id);
  }

  updateKeys(): boolean {
    return native.updateKeys(this.#endpoint, this.#id);
  }

  exportKeyingMaterial(label: string, context: Uint8Array, length: number): Uint8Array {
    const key = native.exportKey(this.#endpoint, this.#id, label, context, length);
    if (!key) throw new TransportClosed(this.#over ?? { by: 'local', code: 0, reason: 'no key to export' });
    return key;
  }

  close(code: number, reason: string): Promise<void> {
    native.closeConnection(this.#endpoint, this.#id, code, reason);
    return this.closed.then(() => {});
  }

  /** For the endpoint: an event of the addon that concerns this connection. */
  handle(type: number, streamId: number, value: number): void {
    switch (type) {
      case EVENT.stream:
        return this.#incoming(streamId);
      case EVENT.datagrams:
        return this.#deliverDatagrams();
      case EVENT.streamsAvailable:
        return this.#serveOpenings();
      case EVENT.closed:
        return;
      default: {
        this.#streams.get(streamId)?.handle(type, value);
        if (type === EVENT.streamClosed) this.#streams.delete(streamId);
      }
    }
  }

  /** For the endpoint: the connection is over. */
  end(info: CloseInfo): void {
    if (this.#over) return;
    this.#over = info;
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.abandon();
    for (const { reject } of this.#openings.splice(0)) reject(new TransportClosed(info));
    this.#settleClosed(info);
    // Not before the observer was given what came earlier.
    if (this.#observing) this.#tellClosed();
  }

  #tellClosed(): void {
    this.#observing = true;
    if (!this.#over || this.#toldClosed) return;
    this.#toldClosed = true;
    this.#observer?.closed(this.#over);
  }

  #incoming(id: number): void {
    const stream = new QuicStream(this.#endpoint, this.#id, id, false);
    this.#streams.set(id, stream);
    if (this.#observer) this.#observer.stream(stream);
    else if (this.#early.length < EARLY_STREAMS) this.#early.push(stream);
    else {
      stream.stop(0);
      stream.reset(0);
    }
  }

  #deliverDatagrams(): void {
    if (!this.#observer) return;
    const arrived = native.takeDatagrams(this.#endpoint, this.#id);
    if (!arrived) return;
    if (arrived instanceof Uint8Array) return this.#observer.datagrams([arrived]);
    const [bytes, lengths] = arrived;
    const batch: Uint8Array[] = [];
    let at = 0;
    for (const length of lengths) {
      batch.push(bytes.subarray(at, at + length));
      at += length;
    }
    this.#observer.datagrams(batch);
  }

  async #open(bidirectional: boolean, trafficClass: TrafficClass, signal?: AbortSignal): Promise<ByteStream> {
    signal?.throwIfAborted();
    const stream = this.#openings.length === 0 ? this.#tryOpen(bidirectional, trafficClass) : undefined;
    if (stream) return stream;
    return new Promise((resolve, reject) => {
      const abort = () => {
        const at = this.#openings.indexOf(opening);
        if (at >= 0) this.#openings.splice(at, 1);
        reject(signal?.reason);
      };
      const settled = () => signal?.removeEventListener('abort', abort);
      const opening: Opening = {
        bidirectional,
        trafficClass,
        resolve: (opened) => {
          settled();
          resolve(opened);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      this.#openings.push(opening);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** undefined while the peer's limit is reached (RFC 9000 section 4.6). */
  #tryOpen(bidirectional: boolean, trafficClass: TrafficClass): QuicStream | undefined {
    if (this.#over) throw new TransportClosed(this.#over);
    const id = native.openStream(this.#endpoint, this.#id, bidirectional, trafficClass);
    if (id < 0) return undefined;
    const stream = new QuicStream(this.#endpoint, this.#id, id, true);
    this.#streams.set(id, stream);
    return stream;
  }

  #serveOpenings(): void {
    while (this.#openings.length > 0) {
      const at = this.#openings.findIndex(({ bidirectional, trafficClass, resolve }) => {
        const stream = this.#tryOpen(bidirectional, trafficClass);
        if (stream) resolve(stream);
        return stream !== undefined;
      });
      if (at < 0) return;
      this.#openings.splice(at, 1);
    }
  }
}

export function closeInfoOf(endpoint: NativeEndpoint, id: number): CloseInfo {
  const [by = 0, code = 0, reason = ''] = native.closeInfo(endpoint, id) ?? [];
  return { by: CLOSED_BY[by] ?? 'transport', code, reason };
}

export function peerInfoOf(endpoint: NativeEndpoint, id: number): PeerInfo {
  const [alpn = '', serverName = '', address = '', port = 0, ...certificates] =
    native.peerInfo(endpoint, id) ?? [];
  return { alpn, serverName: serverName === '' ? undefined : serverName, address, port, certificates };
}
