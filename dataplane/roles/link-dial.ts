/**
 * Dialing one address of a neighbour: QUIC over UDP; where that gets no answer within a second, the same QUIC through TCP and TLS 1.3 to the same port
 * (`tunnel/`). Whichever it is, the link's own handshake and its check of the neighbour are the same, end to end.
 */
import { dialFirst } from '../client/race.ts';
import type { QuicConnection, QuicEndpoint, TlsIdentity } from '../quic/quic.ts';
import type { Carrier } from '../transport/transport.ts';
import { openTunnel } from '../tunnel/open.ts';

export interface LinkDialOptions {
  readonly endpoint: QuicEndpoint;
  readonly host: string;
  readonly port: number;
  readonly alpn: string;
  readonly identity: TlsIdentity;
  /** Is this leaf, DER, the neighbour's? */
  readonly verify: (leaf: Uint8Array | undefined) => boolean;
  readonly signal: AbortSignal;
}

export interface Dialed {
  readonly connection: QuicConnection;
  readonly carrier: Carrier;
}

/** The first way that comes to be; the other is given up. @throws what UDP failed with when neither does */
export async function dialLink(options: LinkDialOptions): Promise<Dialed> {
  const carriers = new Map<QuicConnection, Carrier>();
  const connection = await dialFirst<QuicConnection>(async (by, signal) => {
    const dialed = await (by === 'tcp' ? overTcp : overUdp)({ ...options, signal });
    carriers.set(dialed.connection, by);
    return dialed.connection;
  }, options.signal);
  return { connection, carrier: carriers.get(connection) ?? 'quic' };
}

export async function overUdp({ endpoint, verify, ...to }: LinkDialOptions): Promise<Dialed> {
  const connection = await endpoint.dial({ ...to, verify: ({ certificates }) => verify(certificates[0]) });
  return { connection, carrier: 'quic' };
}

async function overTcp({ endpoint, verify, ...to }: LinkDialOptions): Promise<Dialed> {
  const from = { host: endpoint.address, port: endpoint.port };
  const tunnel = await openTunnel({ ...to, verify, from });
  try {
    const { host, port } = tunnel;
    const { connection } = await overUdp({ ...to, endpoint, verify, host, port });
    void connection.closed.then(() => tunnel.close());
    return { connection, carrier: 'tcp' };
  } catch (error) {
    tunnel.close();
    throw error;
  }
}
