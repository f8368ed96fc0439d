/** The client half of the HTTP/3 slot of `@fails-components/webtransport` (contract read from its `client.js`). */

import { createHash, timingSafeEqual } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { bindEndpoint } from '../quic/endpoint.ts';
import type { PeerInfo, QuicEndpoint } from '../quic/quic.ts';
import { Http3Connection } from './http3-connection.ts';
import { H3 } from './http3-error.ts';
import { SlotSession } from './slot-session.ts';

interface LibraryClient {
  onClientConnected(outcome: { success: boolean }): void;
  onClientWebTransportSupport(support: object): void;
  onHttpWTSessionVisitor(visit: { session: SlotSession; reliable: boolean }): void;
  onClientError(error: { errorcode: number; error: string }): void;
}

interface ClientArguments {
  readonly host: string;
  readonly port: string | number;
  readonly serverCertificateHashes?: readonly { readonly algorithm: string; readonly value: BufferSource }[];
}

/** Any of the pinned hashes of the whole leaf certificate, as in the W3C API. Without pins nothing is trusted here. */
function isPinned(peer: PeerInfo, { serverCertificateHashes = [] }: ClientArguments): boolean {
  const [leaf] = peer.certificates;
  if (!leaf) return false;
  const digest = createHash('sha256').update(leaf).digest();
  return serverCertificateHashes.some(({ algorithm, value }) => {
    const pinned = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    return algorithm === 'sha-256' && pinned.length === digest.length && timingSafeEqual(pinned, digest);
  });
}

export class Http3WebTransportClientSocket {
  cobj!: Http3WebTransportClient;
  readonly #args: ClientArguments;
  #endpoint: QuicEndpoint | undefined;
  #closed = false;

  constructor(args: ClientArguments) {
    this.#args = args;
  }

  /** Called before `cobj` is set, so that all happens a turn later. */
  init(): void {
    queueMicrotask(
      () => void this.#dial().catch(() => this.cobj.jsobj.onClientConnected({ success: false })),
    );
  }

  async #dial(): Promise<void> {
    const host = this.#args.host.replace(/^\[|\]$/g, '');
    // Looked up here, so that the socket is of the family that the name leads to.
    const { address, family } = await lookup(host);
    const endpoint = await bindEndpoint({ host: family === 6 ? '::' : '0.0.0.0' });
    this.#endpoint = endpoint;
    if (this.#closed) return endpoint.close();
    const quic = await endpoint.dial({
      host: address,
      port: Number(this.#args.port),
      serverName: host,
      alpn: 'h3',
      verify: (peer) => isPinned(peer, this.#args),
    });
    this.cobj.connected(
      new Http3Connection(quic, {
        request: (request) => request.refuse(404),
        settings: (supported) => supported && this.cobj.jsobj.onClientWebTransportSupport({}),
        closed: (info) => {
          this.cobj.jsobj.onClientError({ errorcode: info.code, error: info.reason });
          this.closeClient();
        },
      }),
    );
  }

  closeClient(): void {
    this.#closed = true;
    void this.#endpoint?.close();
  }
}

export class Http3WebTransportClient {
  jsobj!: LibraryClient;
  socket!: Http3WebTransportClientSocket;
  readonly #authority: string;
  #connection: Http3Connection | undefined;

  constructor(args: ClientArguments) {
    this.#authority = `${args.host}:${args.port}`;
  }

  connected(connection: Http3Connection): void {
    this.#connection = connection;
    this.jsobj.onClientConnected({ success: true });
  }

  openWTSession(path: string): void {
    void this.#open(path);
  }

  /** Overwritten by the library with the socket's; its own stays under another name. */
  closeClient(): void {
    void this.#connection?.close(H3.noError, '');
  }

  async #open(path: string): Promise<void> {
    const outcome = await this.#connection?.connect(this.#authority, path);
    if (outcome === undefined || typeof outcome === 'number') {
      this.jsobj.onClientError({
        errorcode: outcome ?? 0,
        error: `the server answered ${outcome ?? 'nothing'}`,
      });
      this.socket.closeClient();
      return;
    }
    const session = new SlotSession(outcome);
    this.jsobj.onHttpWTSessionVisitor({ session, reliable: false });
    session.start();
  }
}
