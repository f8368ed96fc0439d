/** Two endpoints of this machine, for tests. */

import { bindEndpoint } from './endpoint.ts';
import type { DialOptions, EndpointOptions, ListenOptions, QuicConnection, QuicEndpoint } from './quic.ts';
import { type TestLeaf, testAuthority } from './test-identity.ts';

export interface TestLeaves {
  readonly server: TestLeaf;
  readonly client: TestLeaf;
}

export async function testLeaves(): Promise<TestLeaves> {
  const authority = await testAuthority();
  const [server, client] = await Promise.all([
    authority.issue('fabric://t/server'),
    authority.issue('fabric://t/client'),
  ]);
  return { server, client };
}

export interface Listening extends AsyncDisposable {
  readonly endpoint: QuicEndpoint;
  /** All so far, oldest first. */
  readonly connections: QuicConnection[];
  /** The first one. */
  readonly accepted: Promise<QuicConnection>;
}

export async function listening(
  { server }: TestLeaves,
  options: Partial<ListenOptions> = {},
  bind: EndpointOptions = {},
): Promise<Listening> {
  const endpoint = await bindEndpoint(bind);
  const connections: QuicConnection[] = [];
  const accepted = new Promise<QuicConnection>((resolve) =>
    endpoint.listen({
      identity: server,
      alpn: ['t/1', 'u/1'],
      accept: () => true,
      connection: (connection) => {
        connections.push(connection);
        resolve(connection);
      },
      ...options,
    }),
  );
  return { endpoint, connections, accepted, [Symbol.asyncDispose]: () => endpoint.close() };
}

export function dialOptions(
  { client }: TestLeaves,
  port: number,
  more: Partial<DialOptions> = {},
): DialOptions {
  return { host: '127.0.0.1', port, alpn: 't/1', identity: client, verify: () => true, ...more };
}

export async function quicPair(
  leaves: TestLeaves,
  options: Partial<ListenOptions & DialOptions> = {},
  bind: EndpointOptions = {},
) {
  const far = await listening(leaves, options, bind);
  const endpoint = await bindEndpoint(bind);
  const host = far.endpoint.address;
  const dialer = await endpoint.dial(dialOptions(leaves, far.endpoint.port, { host, ...options }));
  const listener = await far.accepted;
  return {
    near: endpoint,
    far: far.endpoint,
    dialer,
    listener,
    [Symbol.asyncDispose]: async () => {
      await endpoint.close();
      await far.endpoint.close();
    },
  };
}
