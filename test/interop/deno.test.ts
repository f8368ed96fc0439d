/** Our server and Deno's client: QUIC itself, and WebTransport. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import { testAuthority } from '../../dataplane/quic/test-identity.ts';
import { echo } from '../../dataplane/transport/test-echo.ts';
import { webTransportConnection } from '../../dataplane/transport/webtransport.ts';
import { serveWebTransport } from '../../dataplane/webtransport/webtransport.ts';
import { runProgram } from './program.ts';

const DENO = fileURLToPath(new URL('../../node_modules/@deno/linux-x64-glibc/deno', import.meta.url));
const CLIENT = fileURLToPath(new URL('./deno-client.js', import.meta.url));

test('Deno: megabytes there and back by QUIC streams and WebTransport streams, and datagrams', async () => {
  const authority = await testAuthority();
  const leaf = await authority.issue('fabric://t/entry', undefined, 'localhost');
  const folder = mkdtempSync(join(tmpdir(), 'deno-'));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, authority.ca);
  const quic = await bindEndpoint();
  quic.listen({ identity: leaf, alpn: ['echo/1'], accept: () => true, connection: (c) => echo(c) });
  const web = await serveWebTransport({
    path: '/t',
    allowOrigin: () => true,
    session: (session) => echo(webTransportConnection(session)),
  });
  const endpoint = await bindEndpoint();
  endpoint.listen({ identity: leaf, alpn: ['h3'], accept: () => true, connection: (c) => web.receive(c) });
  try {
    const pin = createHash('sha256').update(leaf.der).digest('hex');
    const ports = [String(quic.port), String(endpoint.port)];
    const flags = ['run', '--unstable-net', '--allow-net', '--allow-read', '--no-lock', CLIENT];
    await using deno = runProgram(DENO, [...flags, ...ports, ca, pin], 60_000);
    const said = await deno.seen(/^\{.*\}$/m, 50_000);
    expect(JSON.parse(said[0])).toEqual({
      quic: { streams: [true, true, true], datagram: 'by datagram' },
      webTransport: { streams: [true, true], datagram: 'by datagram' },
    });
  } finally {
    await web.close();
    await Promise.all([quic.close(), endpoint.close()]);
    rmSync(folder, { recursive: true });
  }
});
