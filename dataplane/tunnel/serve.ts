/**
 * Where neighbours come in whose network blocks UDP: on the same port over TCP and TLS 1.3 with both certificates, the link's own QUIC packets are
 * taken to this node's UDP socket by proxying UDP in HTTP (RFC 9298, by upgrade of HTTP/1.1). No other target is ever served.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../quic/quic.ts';
import { pump } from './pump.ts';

/** The target of RFC 9298's template is always the node itself. */
export const TUNNEL_PATH = '/.well-known/masque/udp/127.0.0.1/0/';
export const TUNNEL_PROTOCOL = 'connect-udp';
const MAX_TUNNELS = 1_000;
/** A link's pings keep a tunnel awake; one without a link ends, milliseconds. */
const IDLE_MS = 40_000;

export interface TunnelServerOptions {
  readonly host: string;
  readonly port: number;
  readonly identity: TlsIdentity;
  /** Is this leaf, DER, a neighbour's? The link within is checked by itself all the same. */
  readonly permitted: (leaf: Uint8Array) => boolean;
  /** The node's own QUIC socket. */
  readonly target: { readonly host: string; readonly port: number };
}

export interface TunnelServer {
  setIdentity(identity: TlsIdentity): void;
  /** Does this `address:port` of a QUIC peer belong to a tunnel? */
  has(peer: string): boolean;
  close(): Promise<void>;
}

const secrets = ({ certificate, key }: TlsIdentity) => ({ cert: certificate, key });

/** @throws Error when the port can not be bound */
export async function serveTunnels(options: TunnelServerOptions): Promise<TunnelServer> {
  const { host, port, identity, permitted, target } = options;
  const peers = new Set<string>();
  const open = new Set<Duplex>();
  const server = createServer({
    ...secrets(identity),
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
    requestCert: true,
    // Judged by `permitted`: the cluster's authority, and the very key that the snapshot names.
    rejectUnauthorized: false,
    handshakeTimeout: 10_000,
    headersTimeout: 10_000,
  });
  server.maxConnections = MAX_TUNNELS;
  server.on('request', (_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, stream: Duplex, head: Buffer) => {
    const leaf = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().raw : undefined;
    const isTunnel = request.url === TUNNEL_PATH && request.headers.upgrade === TUNNEL_PROTOCOL;
    stream.once('error', () => stream.destroy());
    if (!isTunnel || !leaf || !permitted(leaf)) return void stream.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const udp = createSocket(target.host.includes(':') ? 'udp6' : 'udp4');
    udp.connect(target.port, target.host, () => {
      const { address, port: local } = udp.address();
      const peer = `${address}:${local}`;
      peers.add(peer);
      open.add(stream);
      stream.once('close', () => {
        peers.delete(peer);
        open.delete(stream);
      });
      if (stream instanceof TLSSocket) stream.setTimeout(IDLE_MS, () => stream.destroy());
      stream.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_PROTOCOL}\r\nCapsule-Protocol: ?1\r\n\r\n`,
      );
      pump(stream, udp, (packet) => udp.send(packet));
      if (head.length > 0) stream.unshift(head);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    setIdentity: (next) => server.setSecureContext({ ...secrets(next), minVersion: 'TLSv1.3' }),
    has: (peer) => peers.has(peer),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const stream of open) stream.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}
