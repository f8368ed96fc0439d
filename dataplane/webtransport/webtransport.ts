/** The one place that knows `@fails-components/webtransport`: a server fed with QUIC connections, and the Node client. */
import { Http3Server, quicheLoaded, WebTransport } from '@fails-components/webtransport';
import type { QuicConnection } from '../quic/quic.ts';
import type { WebTransportLike } from '../transport/webtransport.ts';
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

interface LibrarySession extends WebTransportLike {
  readonly peerAddress: string;
}

export async function serveWebTransport(options: ServeOptions): Promise<WebTransportServer> {
  await quicheLoaded;
  const feed: ConnectionFeed = { receive: () => {} };
  const init = { host: '', port: 0, secret: '', cert: '', privKey: '', feed };
  const server = new Http3Server(init);
  server.setRequestCallback(async ({ header }: { header: Record<string, string> }) => {
    const path = header[':path'] ?? '';
    const status = path !== options.path ? 404 : options.allowOrigin(header['origin']) ? 200 : 403;
    return { path, status };
  });
  server.startServer();
  const sessions = server.sessionStream(options.path).getReader();
  await server.ready;
  const serve = async () => {
    for (;;) {
      const { done, value } = await sessions.read();
      if (done) return;
      const session = value as LibrarySession;
      options.session(session, session.peerAddress);
    }
  };
  const serving = serve().catch(() => {});
  return {
    receive: (connection) => feed.receive(connection),
    close: async () => {
      server.stopServer();
      await server.closed;
      await serving;
    },
  };
}

export interface DialWebTransportOptions {
  /** SHA-256 of the whole DER certificates that the server may show. */
  readonly certificateHashes: readonly Uint8Array[];
  readonly signal?: AbortSignal;
}

/** @throws when the server is not reached, shows another certificate, or refuses */
export async function dialWebTransport(
  url: string,
  options: DialWebTransportOptions,
): Promise<WebTransportLike> {
  await quicheLoaded;
  options.signal?.throwIfAborted();
  const session = new WebTransport(url, {
    serverCertificateHashes: options.certificateHashes.map((value) => ({
      algorithm: 'sha-256',
      value: Uint8Array.from(value),
    })),
    requireUnreliable: true,
  });
  const abort = () => session.close({ closeCode: 0, reason: 'given up' });
  options.signal?.addEventListener('abort', abort, { once: true });
  session.closed.catch(() => {});
  try {
    await session.ready;
    options.signal?.throwIfAborted();
    return session as WebTransportLike;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}
