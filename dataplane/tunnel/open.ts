/** A way to a neighbour whose UDP does not answer: a local UDP port, the packets to which leave over TCP and TLS 1.3. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../quic/quic.ts';
import { pump } from './pump.ts';
import { TUNNEL_PATH, TUNNEL_PROTOCOL } from './serve.ts';

export interface TunnelOptions {
  readonly host: string;
  readonly port: number;
  readonly identity: TlsIdentity;
  /** Is the leaf shown, DER, the neighbour's? */
  readonly verify: (leaf: Uint8Array) => boolean;
  /** Where this node's QUIC socket is: nobody else's packets are taken. */
  readonly from: { readonly host: string; readonly port: number };
  readonly signal: AbortSignal;
}

export interface Tunnel {
  /** To be dialed in the neighbour's place. */
  readonly host: string;
  readonly port: number;
  close(): void;
}

/** @throws Error when it is not reached, is not the neighbour, or does not let us in */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const secure = await handshake(options);
  try {
    const stream = await upgraded(secure, options.signal);
    return await localEnd(stream, options.from);
  } catch (error) {
    secure.destroy();
    throw error;
  }
}

async function handshake({ host, port, identity, verify, signal }: TunnelOptions): Promise<TLSSocket> {
  const socket = connect({
    host,
    port,
    cert: identity.certificate,
    key: identity.key,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
    // Judged by `verify` before a byte is sent.
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  try {
    await once(socket, 'secureConnect', { signal });
    if (!verify(socket.getPeerCertificate().raw)) throw new Error('another node answers over TCP');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function upgraded(socket: TLSSocket, signal: AbortSignal): Promise<Duplex> {
  const headers = { connection: 'Upgrade', upgrade: TUNNEL_PROTOCOL, 'capsule-protocol': '?1' };
  const asked = request({ createConnection: () => socket, path: TUNNEL_PATH, headers, signal });
  const answer = Promise.withResolvers<Duplex>();
  asked.once('upgrade', (_, stream: Duplex, head: Buffer) => {
    if (head.length > 0) stream.unshift(head);
    answer.resolve(stream);
  });
  asked.once('response', ({ statusCode }) => answer.reject(new Error(`TCP is refused: ${statusCode}`)));
  asked.once('error', answer.reject);
  asked.end();
  return answer.promise;
}

async function localEnd(stream: Duplex, from: TunnelOptions['from']): Promise<Tunnel> {
  const host = loopbackOf(from.host);
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.bind(0, host);
  await once(udp, 'listening');
  // Packets of others on this host would reach the neighbour as ours.
  udp.connect(from.port, host);
  await once(udp, 'connect');
  pump(stream, udp, (packet) => udp.send(packet));
  return { host, port: udp.address().port, close: () => stream.destroy() };
}

/** An address of this host at which a socket that is bound to `host` is reached. */
const loopbackOf = (host: string) => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);
