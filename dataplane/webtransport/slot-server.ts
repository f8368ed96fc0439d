/** The server half of the HTTP/3 slot of `@fails-components/webtransport` (contract read from its `server.js`). */
import { bindEndpoint } from '../quic/endpoint.ts';
import type { QuicConnection, QuicEndpoint } from '../quic/quic.ts';
import { type ConnectRequest, Http3Connection } from './http3-connection.ts';
import { H3 } from './http3-error.ts';
import { SlotSession } from './slot-session.ts';

interface LibraryServer {
  onServerListening(at: { host: string; port: number }): void;
  onServerError(error: unknown): void;
  onServerClose(): void;
  onSessionRequest(request: {
    header: Readonly<Record<string, string>>;
    session: object;
    promise: object;
    protocol: string;
    peerAddress: string;
  }): void;
  onHttpWTSessionVisitor(visit: {
    session: SlotSession;
    path: string;
    header: Readonly<Record<string, string>>;
    peerAddress: string;
    userData: object;
  }): void;
}

/** Connections handed in by whoever owns the endpoint, instead of an endpoint of our own. */
export interface ConnectionFeed {
  receive: (connection: QuicConnection) => void;
}

interface ServerArguments {
  readonly host?: string;
  readonly port?: number | string;
  /** PEM */
  readonly cert?: string;
  readonly privKey?: string;
  /** Ours: when given, nothing is bound, and `receive` is set to take `h3` connections. */
  readonly feed?: ConnectionFeed;
}

interface Answer {
  readonly session: ConnectRequest;
  readonly header: Readonly<Record<string, string>>;
  readonly peerAddress: string;
  readonly path: string;
  readonly status: number;
  readonly userData?: object;
}

export class Http3WebTransportServerSocket {
  cobj!: Http3WebTransportServer;
  jsobj!: LibraryServer;
  readonly #args: ServerArguments;
  #endpoint: QuicEndpoint | undefined;

  constructor(args: ServerArguments) {
    this.#args = args;
  }

  /** Called before `cobj` and `jsobj` are set, so that all happens a turn later. */
  init(): void {
    queueMicrotask(() => void this.#start().catch((error) => this.jsobj.onServerError(error)));
  }

  async #start(): Promise<void> {
    const { feed, host = '127.0.0.1', port = 0, cert = '', privKey = '' } = this.#args;
    if (feed) {
      feed.receive = (connection) => this.cobj.receive(connection);
      this.jsobj.onServerListening({ host, port: Number(port) });
      return;
    }
    const endpoint = await bindEndpoint({ host, port: Number(port) });
    this.#endpoint = endpoint;
    endpoint.listen({
      identity: { certificate: cert, key: privKey },
      alpn: ['h3'],
      accept: () => true,
      connection: (connection) => this.cobj.receive(connection),
    });
    this.jsobj.onServerListening({ host: endpoint.address, port: endpoint.port });
  }

  setIdentity(certificate: string, key: string): void {
    this.#endpoint?.setIdentity({ certificate, key });
  }

  stopServer(): void {
    void this.cobj
      .closeConnections()
      .then(() => this.#endpoint?.close())
      .then(() => this.jsobj.onServerClose());
  }
}

export class Http3WebTransportServer {
  jsobj!: LibraryServer;
  socket!: Http3WebTransportServerSocket;
  readonly #paths = new Set<string>();
  readonly #connections = new Set<Http3Connection>();
  #hasHandler = false;

  addPath(path: string): void {
    this.#paths.add(path);
  }

  setJSRequestHandler(present: boolean): void {
    this.#hasHandler = present;
  }

  updateCert(cert: string, privKey: string): void {
    this.socket.setIdentity(cert, privKey);
  }

  destroy(): void {
    void this.closeConnections();
  }

  receive(quic: QuicConnection): void {
    const peerAddress = `${quic.peer.address}:${quic.peer.port}`;
    const connection: Http3Connection = new Http3Connection(quic, {
      request: (request) => this.#request(request, peerAddress),
      settings: () => {},
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  /** The library's answer to `onSessionRequest`. */
  finishSessionRequest({ session: request, status, path, header, peerAddress, userData = {} }: Answer): void {
    if (status === 200) this.#visit(request, path, header, peerAddress, userData);
    else request.refuse(status);
  }

  async closeConnections(): Promise<void> {
    await Promise.all(
      [...this.#connections].map((connection) => connection.close(H3.noError, 'the server stops')),
    );
  }

  #request(request: ConnectRequest, peerAddress: string): void {
    const { headers } = request;
    const path = headers[':path'] ?? '';
    if (this.#hasHandler) {
      this.jsobj.onSessionRequest({
        header: headers,
        session: request,
        promise: request,
        protocol: 'http3:libquiche',
        peerAddress,
      });
    } else if (this.#paths.has(path)) {
      this.#visit(request, path, headers, peerAddress, {});
    } else {
      request.refuse(404);
    }
  }

  #visit(
    request: ConnectRequest,
    path: string,
    header: Readonly<Record<string, string>>,
    peerAddress: string,
    userData: object,
  ): void {
    if (!this.#paths.has(path)) return request.refuse(404);
    const session = new SlotSession(request.accept());
    this.jsobj.onHttpWTSessionVisitor({ session, path, header, peerAddress, userData });
    session.start();
  }
}
