/** A WebTransport server of this machine with one path, and dials to it, over QUIC or over TCP: for tests. */
import { createHash } from 'node:crypto';
import { bindEndpoint } from '../quic/endpoint.ts';
import { type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import type { Carrier, Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { dialWebTransport, type ServeOptions, serveReliable, serveWebTransport } from './webtransport.ts';

const PATH = '/t';

export interface TestEntry {
  readonly leaf: TestLeaf;
  /** What a client pins: SHA-256 of the certificate. */
  readonly hash: Uint8Array;
}

export async function testEntry(): Promise<TestEntry> {
  const leaf = await (await testAuthority()).issue('fabric://t/entry');
  return { leaf, hash: createHash('sha256').update(leaf.der).digest() };
}

export interface Serving extends AsyncDisposable {
  readonly url: string;
  /** All so far, oldest first. */
  readonly sessions: readonly Connection[];
  /** The first one. */
  readonly session: Promise<Connection>;
  /** QUIC connections now; none over TCP. */
  connections(): number;
}

export async function serving(
  { leaf }: TestEntry,
  carrier: Carrier,
  allowOrigin: ServeOptions['allowOrigin'] = () => true,
): Promise<Serving> {
  const { promise: session, resolve } = Promise.withResolvers<Connection>();
  const sessions: Connection[] = [];
  const opened: ServeOptions['session'] = (session) => {
    const connection = webTransportConnection(session);
    sessions.push(connection);
    resolve(connection);
  };
  const options = { path: PATH, allowOrigin, session: opened };
  const server =
    carrier === 'tcp'
      ? await serveReliable({ ...options, host: '127.0.0.1', port: 0, identity: leaf })
      : await overQuic(options, leaf);
  return {
    url: `https://127.0.0.1:${server.port}${PATH}`,
    sessions,
    session,
    connections: () => ('connections' in server ? server.connections() : 0),
    [Symbol.asyncDispose]: server.close,
  };
}

async function overQuic(options: ServeOptions, identity: TestLeaf) {
  const web = await serveWebTransport(options);
  const endpoint = await bindEndpoint();
  endpoint.listen({
    identity,
    alpn: ['h3'],
    accept: () => true,
    connection: (connection) => web.receive(connection),
  });
  return {
    port: endpoint.port,
    connections: () => endpoint.stats().connections,
    close: async () => {
      await web.close();
      await endpoint.close();
    },
  };
}

export function dialSession({ hash }: TestEntry, url: string, carrier: Carrier): Promise<Connection> {
  return dialWebTransport(url, { certificateHashes: [hash], carrier }).then(webTransportConnection);
}

export async function sessionPair(entry: TestEntry, carrier: Carrier) {
  const server = await serving(entry, carrier);
  const dialer = await dialSession(entry, server.url, carrier);
  const listener = await server.session;
  return {
    dialer,
    listener,
    [Symbol.asyncDispose]: async () => {
      await dialer.close(0, '');
      await server[Symbol.asyncDispose]();
    },
  };
}
