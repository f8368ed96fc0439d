/**
 * HTTP/3 (RFC 9114) over one QUIC connection, as far as WebTransport needs it: our control stream, theirs, CONNECT requests, and
 * the streams and datagrams of the sessions. A violation closes the connection with its code.
 */
import type { QuicConnection } from '../quic/quic.ts';
import { takeHead } from '../transport/head.ts';
import { refuseStream } from '../transport/refuse.ts';
import type { ByteStream, CloseInfo, StreamObserver } from '../transport/transport.ts';
import { encodeFrame, FRAME, FrameReader } from './frames.ts';
import { H3, Http3Error } from './http3-error.ts';
import { decodeFields, encodeFields, type HeaderField } from './qpack.ts';
import { SESSION_GONE, WebTransportSession } from './session.ts';
import { decodeSettings, encodeSettings, supportsWebTransport } from './settings.ts';
import { STREAM, type StreamHead, streamHead } from './stream-head.ts';
import { readVarint, writeVarint } from './varint.ts';

/** Streams and datagrams that may come before their session is accepted; further ones are refused or dropped. */
const EARLY_STREAMS = 64;
const WEBTRANSPORT_BUFFERED_STREAM_REJECTED = 0x3994bd84;
const MAX_SESSIONS = 16;
/** QPACK's instruction that sets a dynamic table's capacity, to zero (RFC 9204 section 4.3.1). */
const CAPACITY_OF_NOTHING = 0x20;
/** A stream that does not say what it is for so long is refused, milliseconds. */
const HEAD_MS = 10_000;

export interface ConnectRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** Answers 200 and gives the session. */
  accept(): WebTransportSession;
  refuse(status: number): void;
}

export interface Http3Events {
  /** A WebTransport CONNECT (server side). */
  request(request: ConnectRequest): void;
  /** The peer's SETTINGS arrived; false when it does not speak WebTransport. */
  settings(supported: boolean): void;
  closed(info: CloseInfo): void;
}

export class Http3Connection {
  readonly quic: QuicConnection;
  readonly #events: Http3Events;
  readonly #sessions = new Map<number, WebTransportSession>();
  /** Requests that were not yet answered: their sessions may come to be. */
  readonly #pending = new Set<number>();
  readonly #early = new Map<number, ByteStream[]>();
  #ourControl: ByteStream | undefined;
  #draining = false;
  #nextRequest = 0;
  #earlyCount = 0;
  #controlSeen = false;
  readonly #qpackSeen = new Set<number>();
  #settingsSeen = false;
  readonly #waiting: (() => void)[] = [];

  constructor(quic: QuicConnection, events: Http3Events) {
    this.quic = quic;
    this.#events = events;
    quic.observe({
      stream: (stream) => this.#incoming(stream),
      datagrams: (batch) => {
        for (const datagram of batch) this.guard(() => this.#datagram(datagram));
      },
      closed: (info) => {
        for (const session of [...this.#sessions.values()]) session.connectionClosed(info);
        this.#events.closed(info);
      },
    });
    void this.#openControl();
  }

  /** Client: asks for a session. Resolves with it, or undefined and the status when the server said no. */
  async connect(authority: string, path: string, origin?: string): Promise<WebTransportSession | number> {
    const stream = await this.quic.openStream(0);
    const fields: HeaderField[] = [
      [':method', 'CONNECT'],
      [':protocol', 'webtransport'],
      [':scheme', 'https'],
      [':authority', authority],
      [':path', path],
      ['sec-webtransport-http3-draft02', '1'],
    ];
    if (origin !== undefined) fields.push(['origin', origin]);
    const session = new WebTransportSession(this.quic, stream, (id) => this.#gone(id));
    this.#pending.add(stream.id);
    this.#nextRequest = stream.id + 4;
    const { promise, resolve } = Promise.withResolvers<WebTransportSession | number>();
    const onHeaders = this.#once((payload: Uint8Array) => {
      const status = Number(new Map(decodeFields(payload)).get(':status'));
      if (status >= 100 && status < 200) return false;
      if (status !== 200) {
        this.#gone(stream.id);
        resolve(status);
        return true;
      }
      this.#adopt(session);
      resolve(session);
      return true;
    });
    this.#serveRequestStream(stream, onHeaders, session, () => resolve(0));
    stream.write(encodeFrame(FRAME.headers, encodeFields(fields)));
    return promise;
  }

  /** Takes no further sessions, and tells those that are here to look for another place (GOAWAY, RFC 9114 section 5.2, and DRAIN capsules). */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    // Server: the first request id that will not be served.
    this.#ourControl?.write(encodeFrame(FRAME.goaway, Uint8Array.from(writeVarint(this.#nextRequest))));
    for (const session of this.#sessions.values()) session.drain();
  }

  close(code: number, reason: string): Promise<void> {
    this.drain();
    return this.quic.close(code, reason);
  }

  /** Runs what the peer's bytes trigger: a violation closes the connection. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Http3Error)) throw error;
      void this.quic.close(error.code, error.message);
    }
  }

  async #openControl(): Promise<void> {
    try {
      const control = await this.quic.openUnidirectional(0);
      this.#ourControl = control;
      control.observe(ignoreStream());
      control.write(Uint8Array.from([STREAM.control, ...encodeFrame(FRAME.settings, encodeSettings())]));
    } catch {
      // The connection ended first; `closed` says so.
    }
  }

  #incoming(stream: ByteStream): void {
    takeHead(stream, streamHead(stream.bidirectional), HEAD_MS).then(
      ({ value, stream: rest }) => this.guard(() => this.#route(rest, value)),
      () => refuseStream(stream, H3.streamCreationError),
    );
  }

  #route(stream: ByteStream, head: StreamHead): void {
    if (head.kind === 'webtransport') return this.#webTransportStream(stream, head.session);
    if (head.kind === 'request') return this.#request(stream);
    if (head.type === STREAM.control) return this.#control(stream);
    if (head.type === STREAM.push) throw new Http3Error(H3.streamCreationError, 'push is not used here');
    if (head.type === STREAM.qpackEncoder || head.type === STREAM.qpackDecoder)
      return this.#qpack(stream, head.type);
    // Unknown types are to be ignored (RFC 9114 section 9).
    stream.observe({ ...ignoreStream(), readable: () => void stream.read() });
  }

  #control(stream: ByteStream): void {
    if (this.#controlSeen) throw new Http3Error(H3.streamCreationError, 'a second control stream');
    this.#controlSeen = true;
    let settings = false;
    const frames = new FrameReader(
      (type, payload) => {
        if (!settings && type !== FRAME.settings)
          throw new Http3Error(H3.missingSettings, 'SETTINGS comes first');
        if (type === FRAME.data || type === FRAME.headers)
          throw new Http3Error(H3.frameUnexpected, 'not on the control stream');
        if (type === FRAME.goaway) {
          for (const session of this.#sessions.values()) session.drained();
          return;
        }
        if (settings) throw new Http3Error(H3.frameUnexpected, 'a second SETTINGS');
        settings = true;
        this.#events.settings(supportsWebTransport(decodeSettings(payload)));
        this.#settingsSeen = true;
        for (const work of this.#waiting.splice(0)) work();
      },
      () => {
        if (!settings) throw new Http3Error(H3.missingSettings, 'SETTINGS comes first');
      },
    );
    const take = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) frames.push(chunk);
      if (stream.readableEnded) throw new Http3Error(H3.closedCriticalStream, 'the control stream ended');
    };
    const critical = () => void this.quic.close(H3.closedCriticalStream, 'the control stream was reset');
    stream.observe({ ...ignoreStream(), readable: () => this.guard(take), reset: critical });
  }

  /** Without a dynamic table they carry nothing, but each is there once at most, and stays (RFC 9204 section 4.2). */
  #qpack(stream: ByteStream, type: number): void {
    if (this.#qpackSeen.has(type)) throw new Http3Error(H3.streamCreationError, 'a second QPACK stream');
    this.#qpackSeen.add(type);
    const take = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read())
        if (type === STREAM.qpackEncoder && chunk.some((octet) => octet !== CAPACITY_OF_NOTHING))
          throw new Http3Error(H3.qpackEncoderStreamError, 'there is no dynamic table');
      if (stream.readableEnded) throw new Http3Error(H3.closedCriticalStream, 'a QPACK stream ended');
    };
    const critical = () => void this.quic.close(H3.closedCriticalStream, 'a QPACK stream was reset');
    stream.observe({ ...ignoreStream(), readable: () => this.guard(take), reset: critical });
  }

  #request(stream: ByteStream): void {
    if (this.#draining) return refuseStream(stream, H3.requestRejected);
    this.#nextRequest = Math.max(this.#nextRequest, stream.id + 4);
    this.#pending.add(stream.id);
    const session = new WebTransportSession(this.quic, stream, (id) => this.#gone(id));
    const onHeaders = this.#once((payload: Uint8Array) => {
      const headers = requestHeaders(decodeFields(payload));
      const refuse = (status: number) => {
        this.#gone(stream.id);
        stream.write(encodeFrame(FRAME.headers, encodeFields([[':status', String(status)]])));
        stream.end();
      };
      const webTransport = headers[':method'] === 'CONNECT' && headers[':protocol'] === 'webtransport';
      if (!webTransport) refuse(headers[':method'] ? 404 : 400);
      else if (this.#sessions.size + this.#pending.size > MAX_SESSIONS) refuse(429);
      else {
        const accept = () => {
          const fields: HeaderField[] = [
            [':status', '200'],
            ['sec-webtransport-http3-draft', 'draft02'],
          ];
          stream.write(encodeFrame(FRAME.headers, encodeFields(fields)));
          this.#adopt(session);
          return session;
        };
        // Neither side counts on a session before it knows the other's SETTINGS (WebTransport over HTTP/3, section 3.1).
        this.#afterSettings(() => this.#events.request({ headers, accept, refuse }));
      }
      return true;
    });
    this.#serveRequestStream(stream, onHeaders, session, () => {});
  }

  /** HEADERS once, then DATA with capsules. */
  #serveRequestStream(
    stream: ByteStream,
    onHeaders: (payload: Uint8Array) => void,
    session: WebTransportSession,
    gone: () => void,
  ): void {
    let headed = false;
    const frames = new FrameReader((type, payload) => {
      if (type === FRAME.headers) {
        headed = true;
        onHeaders(payload);
      } else if (!headed) throw new Http3Error(H3.frameUnexpected, 'HEADERS comes first');
      else if (type === FRAME.data) session.capsuleBytes(payload);
      else throw new Http3Error(H3.frameUnexpected, 'not on a request stream');
    });
    const ended = () => {
      session.requestStreamEnded();
      gone();
    };
    const take = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) frames.push(chunk);
      if (!stream.readableEnded) return;
      ended();
      frames.end();
      session.capsulesEnded();
    };
    stream.observe({ ...ignoreStream(), readable: () => this.guard(take), reset: ended, closed: ended });
  }

  #once(handle: (payload: Uint8Array) => boolean): (payload: Uint8Array) => void {
    let done = false;
    return (payload) => {
      if (done) throw new Http3Error(H3.frameUnexpected, 'a second HEADERS');
      done = handle(payload);
    };
  }

  #adopt(session: WebTransportSession): void {
    this.#pending.delete(session.id);
    this.#sessions.set(session.id, session);
    const waiting = this.#early.get(session.id) ?? [];
    this.#early.delete(session.id);
    this.#earlyCount -= waiting.length;
    // The owner of the session attaches its handlers first.
    queueMicrotask(() => {
      for (const stream of waiting) session.incoming(stream);
    });
  }

  /** A session ended, or never came to be: its streams have nowhere to go. */
  #gone(id: number): void {
    this.#sessions.delete(id);
    this.#pending.delete(id);
    const waiting = this.#early.get(id) ?? [];
    this.#early.delete(id);
    this.#earlyCount -= waiting.length;
    for (const stream of waiting) refuseStream(stream, SESSION_GONE);
  }

  #afterSettings(work: () => void): void {
    if (this.#settingsSeen) work();
    else this.#waiting.push(work);
  }

  #webTransportStream(stream: ByteStream, id: number): void {
    if (id % 4 !== 0) throw new Http3Error(H3.idError, 'not the id of a CONNECT stream');
    const session = this.#sessions.get(id);
    if (session) return session.incoming(stream);
    if (id < this.#nextRequest && !this.#pending.has(id)) return refuseStream(stream, SESSION_GONE);
    if (this.#earlyCount >= EARLY_STREAMS) return refuseStream(stream, WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
    this.#earlyCount += 1;
    const waiting = this.#early.get(id) ?? [];
    waiting.push(stream);
    this.#early.set(id, waiting);
  }

  #datagram(datagram: Uint8Array): void {
    const quarter = readVarint(datagram, 0);
    if (!quarter) throw new Http3Error(H3.datagramError, 'a datagram without the id of its stream');
    this.#sessions.get(quarter.value * 4)?.datagramArrived(datagram.subarray(quarter.next));
  }
}

/** @throws Http3Error for a field that must stand once and stands twice, or a pseudo-header after others (RFC 9114 section 4.3) */
function requestHeaders(fields: readonly HeaderField[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  let regular = false;
  for (const [name, value] of fields) {
    const isPseudo = name.startsWith(':');
    const once = isPseudo || name === 'origin' || name === 'host';
    if ((once && name in headers) || (isPseudo && regular))
      throw new Http3Error(H3.messageError, `the field ${name} is not where it should be`);
    regular ||= !isPseudo;
    headers[name] = value;
  }
  return headers;
}

export function ignoreStream(): StreamObserver {
  const nothing = () => {};
  return { readable: nothing, writable: nothing, reset: nothing, stopped: nothing, closed: nothing };
}
