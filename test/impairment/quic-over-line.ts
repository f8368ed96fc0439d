/** A QUIC client and an echoing QUIC server with an impaired line in between. */

import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { QuicConnection } from '../../dataplane/quic/quic.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import { echo } from '../../dataplane/transport/test-echo.ts';
import { ImpairedLine, type LineOptions } from './line.ts';

const HANDSHAKE_MS = 60_000;
const IDLE_MS = 30_000;

export interface QuicOverLine extends AsyncDisposable {
  readonly line: ImpairedLine;
  readonly client: QuicConnection;
  readonly server: QuicConnection;
  /** Connections the server accepted so far. */
  readonly accepted: readonly QuicConnection[];
}

const identity = testAuthority().then((authority) => authority.issue('fabric://t/server'));

export async function quicOverLine(
  options: Omit<LineOptions, 'target'> & { idleTimeoutMs?: number } = {},
): Promise<QuicOverLine> {
  await using undo = new AsyncDisposableStack();
  const { idleTimeoutMs = IDLE_MS } = options;
  const far = undo.use(await bindEndpoint());
  const accepted: QuicConnection[] = [];
  const { promise, resolve } = Promise.withResolvers<QuicConnection>();
  far.listen({
    identity: await identity,
    alpn: ['t/1'],
    idleTimeoutMs,
    accept: () => true,
    connection: (connection) => {
      accepted.push(connection);
      echo(connection, { firstByteIsClass: true });
      resolve(connection);
    },
  });
  const line = undo.use(
    await ImpairedLine.start({ target: { host: far.address, port: far.port }, ...options }),
  );
  const near = undo.use(await bindEndpoint());
  const client = await near.dial({
    host: line.host,
    port: line.port,
    alpn: 't/1',
    idleTimeoutMs,
    handshakeTimeoutMs: HANDSHAKE_MS,
    verify: () => true,
  });
  const server = await promise;
  const owned = undo.move();
  return { line, client, server, accepted, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
