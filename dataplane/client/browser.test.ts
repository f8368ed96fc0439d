/** A browser whose network blocks UDP: real Chromium, the library's WebSocket, our entry's server over TCP. */
import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { testAuthority } from '../quic/test-identity.ts';
import { echo } from '../transport/test-echo.ts';
import type { Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { serveReliable } from '../webtransport/webtransport.ts';
import { noProbe } from './no-probe.mjs';

/** In the page: bytes there and back through `dialBrowser`. */
const PAGE = `
  import { dialBrowser } from './dataplane/client/browser.ts';
  globalThis.run = async (entry, size) => {
    const start = performance.now();
    const connection = await dialBrowser(entry, AbortSignal.timeout(10_000));
    const took = performance.now() - start;
    const stream = await connection.openStream(1);
    const bytes = new Uint8Array(size).map((_, n) => n % 251);
    let length = 0, same = true;
    const over = new Promise((resolve) => stream.observe({
      readable: () => {
        for (let chunk = stream.read(); chunk; chunk = stream.read())
          for (const octet of chunk) { same &&= octet === length % 251; length += 1; }
        if (stream.readableEnded) resolve();
      },
      writable() {}, reset: resolve, stopped() {}, closed: resolve,
    }));
    const datagram = new Promise((resolve) => connection.observe({
      stream() {}, datagrams: ([first]) => resolve([...first]), closed() {},
    }));
    for (let at = 0; at < size; at += 65_536) stream.write(bytes.slice(at, at + 65_536));
    stream.end();
    await over;
    connection.sendDatagram(Uint8Array.of(4, 2), 0);
    const seen = { carrier: connection.carrier, took, length, same, datagram: await datagram };
    await connection.close(3, 'seen enough');
    return seen;
  };`;

test('is in over WebSocket within two seconds; streams, datagrams and the close work; nobody else is dialed', async () => {
  const leaf = await (await testAuthority()).issue('fabric://t/entry');
  const { promise: accepted, resolve: accept } = Promise.withResolvers<Connection>();
  const server = await serveReliable({
    path: '/t',
    host: '127.0.0.1',
    port: 0,
    identity: leaf,
    allowOrigin: (origin) => origin?.startsWith('http://127.0.0.1:') ?? false,
    session: (session) => {
      const connection = webTransportConnection(session);
      echo(connection);
      accept(connection);
    },
  });
  const blackHole = createSocket('udp4').bind(server.port, '127.0.0.1');
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [noProbe],
  });
  const script = outputFiles[0]?.text ?? '';
  expect(script).not.toContain("new WebTransport('https://example.com");
  const page = createServer((request, response) =>
    request.url === '/page.js'
      ? response.setHeader('content-type', 'text/javascript').end(script)
      : response.setHeader('content-type', 'text/html').end('<script type=module src=/page.js></script>'),
  ).listen(0, '127.0.0.1');
  await once(page, 'listening');
  // As if an authority that browsers know had signed the entry's certificate.
  const spki = new X509Certificate(leaf.certificate).publicKey.export({ type: 'spki', format: 'der' });
  const trusted = createHash('sha256').update(spki).digest('base64');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', `--ignore-certificate-errors-spki-list=${trusted}`],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(page.address() as AddressInfo).port}/`);
    await tab.waitForFunction(() => 'run' in globalThis);
    const entry = {
      url: `https://127.0.0.1:${server.port}/t`,
      certificateHashes: [createHash('sha256').update(leaf.der).digest('base64url')],
    };
    const seen = await tab.evaluate(
      ([given, size]) =>
        (globalThis as unknown as { run(entry: object, size: number): Promise<object> }).run(given, size),
      [entry, 1_000_003] as const,
    );
    expect(seen).toMatchObject({ carrier: 'tcp', length: 1_000_003, same: true, datagram: [4, 2] });
    expect((seen as { took: number }).took).toBeLessThan(2_000);
    expect(await (await accepted).closed).toMatchObject({ by: 'peer' });
  } finally {
    await browser.close();
    page.close();
    blackHole.close();
    await server.close();
  }
});
