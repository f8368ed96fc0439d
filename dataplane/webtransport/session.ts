/** One WebTransport session (draft-ietf-webtrans-http3): its streams, its datagrams, and its one end. */
import type { TrafficClass } from '../../schema/channel.ts';
import type { QuicConnection } from '../quic/quic.ts';
import {
  type ByteStream,
  type CloseInfo,
  type DatagramOutcome,
  TransportClosed,
} from '../transport/transport.ts';
import { CapsuleReader, encodeClose, encodeDrain, type SessionClose } from './capsule.ts';
import { encodeFrame, FRAME } from './frames.ts';
import { datagramHead, webTransportHead } from './stream-head.ts';

export interface SessionObserver {
  stream(stream: ByteStream): void;
  datagram(bytes: Uint8Array): void;
  draining(): void;
  closed(close: SessionClose): void;
}

/** Streams of a session that ended are reset with this (draft section 6). */
export const SESSION_GONE = 0x170d7b68;
const APPLICATION_ERROR_BASE = 0x52e4a40fa8db;

/** Application error codes share the QUIC space with HTTP/3's (draft section 4.3). */
export function toHttp3Code(code: number): number {
  return APPLICATION_ERROR_BASE + code + Math.floor(code / 0x1e);
}

/** 0 for codes that no application gave. */
export function fromHttp3Code(code: number): number {
  const shifted = code - APPLICATION_ERROR_BASE;
  return shifted < 0 || shifted > 0x1_0000_0000 + 0x1_0000_0000 / 0x1e
    ? 0
    : shifted - Math.floor(shifted / 0x1f);
}

export class WebTransportSession {
  readonly #quic: QuicConnection;
  readonly #request: ByteStream;
  readonly #forget: (id: number) => void;
  readonly #capsules = new CapsuleReader();
  readonly #streams = new Set<ByteStream>();
  readonly #datagramHead: Uint8Array;
  #observer: SessionObserver | undefined;
  #over: SessionClose | undefined;

  constructor(quic: QuicConnection, request: ByteStream, forget: (id: number) => void) {
    this.#quic = quic;
    this.#request = request;
    this.#forget = forget;
    this.#datagramHead = datagramHead(request.id);
  }

  /** The id of its CONNECT stream. */
  get id(): number {
    return this.#request.id;
  }

  observe(observer: SessionObserver): void {
    this.#observer = observer;
    if (this.#over) observer.closed(this.#over);
  }

  async openStream(bidirectional: boolean, trafficClass: TrafficClass): Promise<ByteStream> {
    const quic = this.#quic;
    if (this.#over) throw new TransportClosed({ by: 'local', code: 0, reason: 'the session is over' });
    const stream = await (bidirectional
      ? quic.openStream(trafficClass)
      : quic.openUnidirectional(trafficClass));
    stream.write(webTransportHead(bidirectional, this.id));
    this.#streams.add(stream);
    // It ended while the stream was waited for.
    if (this.#over) stream.reset(SESSION_GONE);
    return stream;
  }

  /** For the owner of a stream: it is over. */
  streamClosed(stream: ByteStream): void {
    this.#streams.delete(stream);
  }

  sendDatagram(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome {
    const framed = new Uint8Array(this.#datagramHead.length + bytes.length);
    framed.set(this.#datagramHead);
    framed.set(bytes, this.#datagramHead.length);
    return this.#quic.sendDatagram(framed, trafficClass, key);
  }

  get maxDatagramSize(): number {
    return Math.max(0, this.#quic.maxDatagramSize - this.#datagramHead.length);
  }

  stats() {
    return this.#quic.stats();
  }

  drain(): void {
    if (!this.#over) this.#request.write(encodeFrame(FRAME.data, encodeDrain()));
  }

  /** Ends the session: the capsule says why, the stream's FIN that it is final. */
  close(close: SessionClose): void {
    if (this.#over) return;
    this.#request.write(encodeFrame(FRAME.data, encodeClose(close)));
    this.#request.end();
    this.#end(close);
  }

  incoming(stream: ByteStream): void {
    if (!this.#observer || this.#over) {
      stream.stop(SESSION_GONE);
      if (stream.bidirectional) stream.reset(SESSION_GONE);
      return;
    }
    this.#streams.add(stream);
    this.#observer.stream(stream);
  }

  datagramArrived(bytes: Uint8Array): void {
    if (!this.#over) this.#observer?.datagram(bytes);
  }

  capsuleBytes(bytes: Uint8Array): void {
    for (const capsule of this.#capsules.push(bytes)) {
      if (capsule.type === 'drain') this.drained();
      else this.#end(capsule.close);
    }
  }

  /** The CONNECT stream ended in order. @throws Http3Error when that cuts a capsule off */
  capsulesEnded(): void {
    this.#capsules.end();
  }

  drained(): void {
    this.#observer?.draining();
  }

  /** The CONNECT stream ended without a capsule: a close with code 0 and no reason (draft section 5). */
  requestStreamEnded(): void {
    this.#request.end();
    this.#end({ code: 0, reason: '' });
  }

  connectionClosed(info: CloseInfo): void {
    this.#end({ code: 0, reason: info.reason });
  }

  #end(close: SessionClose): void {
    if (this.#over) return;
    this.#over = close;
    this.#forget(this.id);
    for (const stream of this.#streams) {
      stream.stop(SESSION_GONE);
      stream.reset(SESSION_GONE);
    }
    this.#streams.clear();
    this.#observer?.closed(close);
  }
}
