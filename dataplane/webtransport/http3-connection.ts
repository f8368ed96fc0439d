/**
 * HTTP/3 (RFC 9114) over one QUIC connection, as far as WebTransport needs it: our control stream, theirs, CONNECT requests, and
 * the streams and datagrams of the sessions. A violation closes the connection with its code.
 */
import type { QuicConnection } from '../quic/quic.ts';
import type { ByteStream, CloseInfo, StreamObserver } from '../transport/transport.ts';
import { encodeFrame, FRAME, FrameReader } from './frames.ts';
import { H3, Http3Error } from './http3-error.ts';
import { decodeFields, encodeFields, type HeaderField } from './qpack.ts';
import { WebTransportSession } from './session.ts';
import { decodeSettings, encodeSettings, supportsWebTransport } from './settings.ts';
import { HeadReader, STREAM, type StreamHead } from './stream-head.ts';
import { readVarint, writeVarint } from './varint.ts';

/** Streams and datagrams that may come before their session is accepted; further ones are refused or dropped. */
const EARLY_STREAMS = 64;
const WEBTRANSPORT_BUFFERED_STREAM_REJECTED = 0x3994bd84;
const MAX_SESSIONS = 16;

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
  readonly #early = new Map<number, { stream: ByteStream; rest: Uint8Array }[]>();
  #earlyCount = 0;
  #controlSeen = false;

  constructor(quic: QuicConnection, events: Http3Events) {
    this.quic = quic;
    this.#events = events;
    quic.observe({
      stream: (stream) => this.#incoming(stream),
      datagrams: (batch) => {
        for (const datagram of batch) this.#datagram(datagram);
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
    const session = new WebTransportSession(this, stream, (id) => this.#sessions.delete(id));
    const { promise, resolve } = Promise.withResolvers<WebTransportSession | number>();
    const onHeaders = this.#once((payload: Uint8Array) => {
      const status = Number(new Map(decodeFields(payload)).get(':status'));
      if (status >= 100 && status < 200) return false;
      if (status !== 200) {
        resolve(status);
        return true;
      }
      this.#adopt(session);
      resolve(session);
      return true;
    });
    this.#serveRequestStream(stream, new Uint8Array(), onHeaders, session, () => resolve(0));
    stream.write(encodeFrame(FRAME.headers, encodeFields(fields)));
    return promise;
  }

  close(code: number, reason: string): Promise<void> {
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
      control.observe(ignoreStream());
      control.write(Uint8Array.from([STREAM.control, ...encodeFrame(FRAME.settings, encodeSettings())]));
    } catch {
      // The connection ended first; `closed` says so.
    }
  }

  #incoming(stream: ByteStream): void {
    const head = new HeadReader(stream.bidirectional);
    // The head decides who observes the stream from then on; until it is whole the bytes are few.
    const relay = new RelayObserver();
    stream.observe(relay);
    relay.target = {
      ...ignoreStream(),
      readable: () => {
        const chunk = stream.read();
        if (!chunk) return;
        this.guard(() => {
          const known = head.push(chunk);
          if (known) this.#route(stream, known, relay);
        });
      },
    };
  }

  #route(stream: ByteStream, head: StreamHead, relay: RelayObserver): void {
    const observed: ByteStream = relay.attach(stream);
    if (head.kind === 'webtransport') return this.#webTransportStream(observed, head.session, head.rest);
    if (head.kind === 'request') return this.#request(observed, head.rest);
    if (head.type === STREAM.control) return this.#control(observed, head.rest);
    if (head.type === STREAM.push) throw new Http3Error(H3.streamCreationError, 'push is not used here');
    // QPACK's streams carry nothing without a dynamic table; unknown types are to be ignored (RFC 9114 section 9).
    observed.observe({ ...ignoreStream(), readable: () => void observed.read() });
  }

  #control(stream: ByteStream, first: Uint8Array): void {
    if (this.#controlSeen) throw new Http3Error(H3.streamCreationError, 'a second control stream');
    this.#controlSeen = true;
    let settings = false;
    const frames = new FrameReader((type, payload) => {
      if (!settings && type !== FRAME.settings) throw new Http3Error(H3.missingSettings, 'SETTINGS comes first');
      if (type === FRAME.data || type === FRAME.headers) throw new Http3Error(H3.frameUnexpected, 'not on the control stream');
      if (type === FRAME.goaway) {
        for (const session of this.#sessions.values()) session.drained();
        return;
      }
      if (settings) throw new Http3Error(H3.frameUnexpected, 'a second SETTINGS');
      settings = true;
      this.#events.settings(supportsWebTransport(decodeSettings(payload)));
    });
    const take = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) frames.push(chunk);
      if (stream.readableEnded) throw new Http3Error(H3.closedCriticalStream, 'the control stream ended');
    };
    const critical = () => void this.quic.close(H3.closedCriticalStream, 'the control stream was reset');
    stream.observe({ ...ignoreStream(), readable: () => this.guard(take), reset: critical });
    frames.push(first);
    this.guard(take);
  }

  #request(stream: ByteStream, first: Uint8Array): void {
    const session = new WebTransportSession(this, stream, (id) => this.#sessions.delete(id));
    const onHeaders = this.#once((payload: Uint8Array) => {
      const headers = Object.fromEntries(decodeFields(payload));
      const refuse = (status: number) => {
        stream.write(encodeFrame(FRAME.headers, encodeFields([[':status', String(status)]])));
        stream.end();
      };
      const webTransport = headers[':method'] === 'CONNECT' && headers[':protocol'] === 'webtransport';
      if (!webTransport) refuse(headers[':method'] ? 404 : 400);
      else if (this.#sessions.size >= MAX_SESSIONS) refuse(429);
      else {
        const accept = () => {
          const fields: HeaderField[] = [[':status', '200'], ['sec-webtransport-http3-draft', 'draft02']];
          stream.write(encodeFrame(FRAME.headers, encodeFields(fields)));
          this.#adopt(session);
          return session;
        };
        this.#events.request({ headers, accept, refuse });
      }
      return true;
    });
    this.#serveRequestStream(stream, first, onHeaders, session, () => {});
  }

  /** HEADERS once, then DATA with capsules. */
  #serveRequestStream(
    stream: ByteStream,
    first: Uint8Array,
    onHeaders: (payload: Uint8Array) => void,
    session: WebTransportSession,
    gone: () => void,
  ): void {
    const frames = new FrameReader((type, payload) => {
      if (type === FRAME.headers) onHeaders(payload);
      else if (type === FRAME.data) session.capsuleBytes(payload);
      else throw new Http3Error(H3.frameUnexpected, 'not on a request stream');
    });
    const ended = () => {
      session.requestStreamEnded();
      gone();
    };
    const take = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) frames.push(chunk);
      if (stream.readableEnded) ended();
    };
    stream.observe({ ...ignoreStream(), readable: () => this.guard(take), reset: ended, closed: ended });
    if (first.length > 0) this.guard(() => frames.push(first));
    this.guard(take);
  }

  #once(handle: (payload: Uint8Array) => boolean): (payload: Uint8Array) => void {
    let done = false;
    return (payload) => {
      if (done) throw new Http3Error(H3.frameUnexpected, 'a second HEADERS');
      done = handle(payload);
    };
  }

  #adopt(session: WebTransportSession): void {
    this.#sessions.set(session.id, session);
    const waiting = this.#early.get(session.id) ?? [];
    this.#early.delete(session.id);
    this.#earlyCount -= waiting.length;
    // The owner of the session attaches its handlers first.
    queueMicrotask(() => {
      for (const { stream, rest } of waiting) session.incoming(stream, rest);
    });
  }

  #webTransportStream(stream: ByteStream, id: number, rest: Uint8Array): void {
    if (id % 4 !== 0) throw new Http3Error(H3.idError, 'not the id of a CONNECT stream');
    const session = this.#sessions.get(id);
    if (session) return session.incoming(stream, rest);
    if (this.#earlyCount >= EARLY_STREAMS) {
      stream.stop(WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
      if (stream.bidirectional) stream.reset(WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
      return;
    }
    this.#earlyCount += 1;
    const waiting = this.#early.get(id) ?? [];
    waiting.push({ stream, rest });
    this.#early.set(id, waiting);
  }

  #datagram(datagram: Uint8Array): void {
    const quarter = readVarint(datagram, 0);
    if (!quarter) return;
    this.#sessions.get(quarter.value * 4)?.datagramArrived(datagram.subarray(quarter.next));
  }
}

export function datagramHead(session: number): Uint8Array {
  return Uint8Array.from(writeVarint(session / 4));
}

export function ignoreStream(): StreamObserver {
  const nothing = () => {};
  return { readable: nothing, writable: nothing, reset: nothing, stopped: nothing, closed: nothing };
}

/** Stands as a stream's one observer while its head is read, then passes all on to the one who gets the stream. */
class RelayObserver implements StreamObserver {
  target: StreamObserver = ignoreStream();
  #missed: (() => void)[] = [];
  #attached = true;
  readable = () => this.#pass(() => this.target.readable());
  writable = () => this.#pass(() => this.target.writable());
  reset = (code: number) => this.#pass(() => this.target.reset(code));
  stopped = (code: number) => this.#pass(() => this.target.stopped(code));
  closed = () => this.#pass(() => this.target.closed());

  /** The same stream, to be observed once more. Events until then are kept. */
  attach(stream: ByteStream): ByteStream {
    this.#attached = false;
    const observe = (observer: StreamObserver) => {
      this.target = observer;
      this.#attached = true;
      const missed = this.#missed;
      this.#missed = [];
      queueMicrotask(() => {
        for (const event of missed) event();
        // A FIN that came with the head announces itself to nobody else.
        if (stream.readableEnded) observer.readable();
      });
    };
    return new Proxy(stream, {
      get: (target, key) => {
        if (key === 'observe') return observe;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #pass(event: () => void): void {
    if (this.#attached) event();
    else this.#missed.push(event);
  }
}
