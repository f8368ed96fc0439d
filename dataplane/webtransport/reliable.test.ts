import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import { conformTransport } from '../transport/conformance.ts';
import type { Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { dialWebTransport, serveReliable } from './webtransport.ts';

let leaf: TestLeaf;
let hash: Uint8Array;
beforeAll(async () => {
  leaf = await (await testAuthority()).issue('fabric://t/entry');
  hash = createHash('sha256').update(leaf.der).digest();
});

async function serving(allowOrigin: (origin: string | undefined) => boolean = () => true) {
  const { promise, resolve } = Promise.withResolvers<Connection>();
  const server = await serveReliable({
    path: '/t',
    host: '127.0.0.1',
    port: 0,
    identity: leaf,
    allowOrigin,
    session: (session) => resolve(webTransportConnection(session)),
  });
  return { url: `https://127.0.0.1:${server.port}/t`, session: promise, [Symbol.asyncDispose]: server.close };
}
const dial = (url: string, hashes = [hash]) =>
  dialWebTransport(url, { certificateHashes: hashes, carrier: 'tcp' });

conformTransport('webtransport over TCP', async () => {
  const server = await serving();
  const dialer = webTransportConnection(await dial(server.url));
  const listener = await server.session;
  return {
    dialer,
    listener,
    [Symbol.asyncDispose]: async () => {
      await dialer.close(0, '');
      await server[Symbol.asyncDispose]();
    },
  };
});

test('refuses a certificate that is not pinned, a path that is not served, an origin that is not allowed', async () => {
  await using server = await serving((origin) => origin !== undefined);
  await expect(dial(server.url, [new Uint8Array(32)])).rejects.toThrow();
  await expect(dial(`${server.url}/other`)).rejects.toThrow();
  await expect(dial(server.url)).rejects.toThrow();
});
