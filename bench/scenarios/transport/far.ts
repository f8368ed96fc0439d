/**
 * The far side of every measurement, a process of its own: QUIC, `node:dgram` and `node:tls` servers that echo or count. It is told what to
 * be by IPC, and ends when the near side does.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:tls';
import { bindEndpoint } from '../../../dataplane/quic/endpoint.ts';
import type { QuicConnection, TlsIdentity } from '../../../dataplane/quic/quic.ts';
import type { ByteStream } from '../../../dataplane/transport/transport.ts';

/** `echo` sends datagrams back; `sink` counts them. Streams are read to their end, which is answered with one byte. */
export type FarKind = 'quic echo' | 'quic sink' | 'dgram echo' | 'dgram sink' | 'tls sink';

export interface FarOrder {
  readonly kind: FarKind;
  readonly identity: TlsIdentity;
  /** PEM */
  readonly ca: string;
}

export const ALPN = 'bench';

let received = 0;

function drain(stream: ByteStream): void {
  const take = () => {
    while (stream.read());
    if (!stream.readableEnded) return;
    stream.write(Uint8Array.of(1));
    stream.end();
  };
  const nothing = () => {};
  stream.observe({ readable: take, writable: nothing, reset: nothing, stopped: nothing, closed: nothing });
}

function serveConnection(connection: QuicConnection, echo: boolean): void {
  connection.observe({
    stream: drain,
    datagrams: (batch) => {
      received += batch.length;
      if (echo) for (const bytes of batch) connection.sendDatagram(bytes, 0);
    },
    closed: () => {},
  });
}

async function quic({ identity, kind }: FarOrder): Promise<number> {
  const endpoint = await bindEndpoint();
  endpoint.listen({
    identity,
    alpn: [ALPN],
    limits: { retryAbove: 100_000, halfOpen: 100_000 },
    accept: ({ certificates }) => certificates.length > 0,
    connection: (connection) => serveConnection(connection, kind === 'quic echo'),
  });
  return endpoint.port;
}

async function dgram(echo: boolean): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.on('message', (bytes, from) => {
    received += 1;
    if (echo) socket.send(bytes, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

async function tls({ identity, ca }: FarOrder): Promise<number> {
  const server = createServer(
    {
      key: identity.key,
      cert: identity.certificate,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    (socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.once('end', () => socket.end(Uint8Array.of(1)));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

process.on('message', async (order: FarOrder | 'count') => {
  if (order === 'count') return void process.send?.(received);
  const { kind } = order;
  const port = kind.startsWith('quic')
    ? await quic(order)
    : kind === 'tls sink'
      ? await tls(order)
      : await dgram(kind === 'dgram echo');
  process.send?.(port);
});
process.once('disconnect', () => process.exit(0));
