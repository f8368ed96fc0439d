/** The one place that knows `@fails-components/webtransport`: a server fed with QUIC connections, its stand-in over TCP, and the Node client of both. */
import { Http2Server, Http3Server, quicheLoaded, WebTransport } from '@fails-components/webtransport';
import type { TrafficClass } from '../../schema/channel.ts';
import type { QuicConnection, TlsIdentity } from '../quic/quic.ts';
import type { DatagramOutcome } from '../transport/transport.ts';
import type { WebTransportLike } from '../transport/webtransport.ts';
import { guardLibrary } from './guarded-library.ts';
import { reliableSession } from './reliable-session.ts';
import type { ConnectionFeed } from './slot-server.ts';

export interface ServeOptions {
  readonly path: string;
  /** undefined: the client sent no Origin, so it is no browser. */
  readonly allowOrigin: (origin: string | undefined) => boolean;
  readonly session: (session: WebTransportLike, peerAddress: string) => void;
}

export interface WebTransportServer {
  /** Takes over a connection whose ALPN is `h3`. */
  receive(connection: QuicConnection): void;
  close(): Promise<void>;
}

export interface ReliableServer {
  readonly port: number;
  setIdentity(identity: TlsIdentity): void;
  close(): Promise<void>;
}

interface LibrarySession extends WebTransportLike {
  readonly peerAddress: string;
}

/** What a stream and a session may receive over TCP before it was read, bytes: as over QUIC. */
const STREAM_WINDOW = 1 << 20;
const SESSION_WINDOW = 4 << 20;
const STREAMS = 1000;
const CLOSING_MS = 500;
const WINDOWS = {
  initialStreamFlowControlWindow: STREAM_WINDOW,
  initialSessionFlowControlWindow: SESSION_WINDOW,
  initialBidirectionalStreams: STREAMS,
  initialUnidirectionalStreams: STREAMS,
  initialBidirectionalSendStreams: STREAMS,
  initialUnidirectionalSendStreams: STREAMS,
} as const;

export async function serveWebTransport(options: ServeOptions): Promise<WebTransportServer> {
  await quicheLoaded;
  const feed: ConnectionFeed = { receive: () => {} };
  const server = new Http3Server({ host: '', port: 0, secret: '', cert: '', privKey: '', feed });
  const session = (opened: WebTransportLike, peer: string) => options.session(quicSession(opened), peer);
  const close = await serve(server, { ...options, session }, (origin) => origin);
  return { receive: (connection) => feed.receive(connection), close };
}

/**
 * The same over TCP, for where UDP is blocked: WebTransport over HTTP/2 (draft-ietf-webtrans-http2), and over WebSocket for browsers.
 * @throws Error when the port can not be bound
 */
export async function serveReliable(
  options: ServeOptions & { readonly host: string; readonly port: number; readonly identity: TlsIdentity },
): Promise<ReliableServer> {
  await guardLibrary();
  const { host, port, identity } = options;
  const tls = { cert: identity.certificate, privKey: identity.key, secret: crypto.randomUUID() };
  const server = new Http2Server({ host, port, ...tls, ...WINDOWS });
  const session = (opened: WebTransportLike, peer: string) => options.session(reliableSession(opened), peer);
  const close = await serve(server, { ...options, session }, browserOrigin);
  return {
    port: server.address()?.port ?? port,
    setIdentity: ({ certificate, key }) => server.updateCert(certificate, key, true),
    // The library waits for connections that clients leave open: not for long.
    close: () =>
      Promise.race([close(), new Promise<void>((resolve) => setTimeout(resolve, CLOSING_MS).unref())]),
  };
}

/** The library's client over TCP names the host it dials as its origin; a browser's has a scheme, or is `null`. */
function browserOrigin(origin: string | undefined): string | undefined {
  return origin === undefined || (origin !== 'null' && !origin.includes('://')) ? undefined : origin;
}

/** @returns how to stop */
async function serve(
  server: Http2Server | Http3Server,
  options: ServeOptions,
  originOf: (origin: string | undefined) => string | undefined,
): Promise<() => Promise<void>> {
  server.setRequestCallback(async ({ header }: { header: Record<string, string> }) => {
    const path = header[':path'] ?? '';
    const status = path !== options.path ? 404 : options.allowOrigin(originOf(header['origin'])) ? 200 : 403;
    return { path, status };
  });
  server.startServer();
  const sessions = server.sessionStream(options.path).getReader();
  await server.ready;
  const serving = (async () => {
    for (;;) {
      const { done, value } = await sessions.read();
      if (done) return;
      const session = value as LibrarySession;
      options.session(session, session.peerAddress);
    }
  })().catch(() => {});
  return async () => {
    server.stopServer();
    await server.closed;
    await serving;
  };
}

interface NativeSession {
  sendDatagram(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome;
}

/** Past the library's own queue of datagrams, which knows neither class nor key. */
function quicSession<Session extends WebTransportLike>(session: Session): Session {
  // The library forgets its half below when the session is over.
  const inner = ('sessionint' in session ? session.sessionint : session) as { objint?: NativeSession };
  return Object.assign(session, {
    sendDatagram: (bytes: Uint8Array, trafficClass: TrafficClass, key?: number) =>
      inner.objint?.sendDatagram(bytes, trafficClass, key) ?? 'closed',
  });
}

export interface DialWebTransportOptions {
  /** SHA-256 of the whole DER certificates that the server may show; none: any that the system's authorities vouch for. */
  readonly certificateHashes: readonly Uint8Array[];
  /** Over QUIC, or over TCP where UDP is blocked. Default `quic`. */
  readonly carrier?: 'quic' | 'tcp';
  readonly signal?: AbortSignal;
}

/** @throws when the server is not reached, shows another certificate, or refuses */
export async function dialWebTransport(
  url: string,
  { certificateHashes, carrier = 'quic', signal }: DialWebTransportOptions,
): Promise<WebTransportLike> {
  await quicheLoaded;
  if (carrier === 'tcp') await guardLibrary();
  signal?.throwIfAborted();
  const session = new WebTransport(url, {
    ...(certificateHashes.length === 0
      ? {}
      : {
          serverCertificateHashes: certificateHashes.map((value) => ({
            algorithm: 'sha-256',
            value: Uint8Array.from(value),
          })),
        }),
    requireUnreliable: carrier === 'quic',
    ...(carrier === 'tcp' ? { forceReliable: true, ...WINDOWS } : {}),
  } as ConstructorParameters<typeof WebTransport>[1]);
  const abort = () => session.close({ closeCode: 0, reason: 'given up' });
  signal?.addEventListener('abort', abort, { once: true });
  session.closed.catch(() => {});
  try {
    await session.ready;
    signal?.throwIfAborted();
    return carrier === 'tcp'
      ? reliableSession(session as WebTransportLike)
      : quicSession(session as WebTransportLike);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
