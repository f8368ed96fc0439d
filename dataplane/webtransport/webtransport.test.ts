import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { bindEndpoint } from '../quic/endpoint.ts';
import { type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import { conformTransport } from '../transport/conformance.ts';
import type { Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { dialWebTransport, serveWebTransport } from './webtransport.ts';

let leaf: TestLeaf;
let hash: Uint8Array;
beforeAll(async () => {
  leaf = await (await testAuthority()).issue('fabric://t/entry');
  hash = createHash('sha256').update(leaf.der).digest();
});

async function serving(allowOrigin: (origin: string | undefined) => boolean = () => true) {
  const { promise, resolve } = Promise.withResolvers<Connection>();
  const web = await serveWebTransport({
    path: '/t',
    allowOrigin,
    session: (session) => resolve(webTransportConnection(session)),
  });
  const endpoint = await bindEndpoint();
  endpoint.listen({
    identity: leaf,
    alpn: ['h3'],
    accept: () => true,
    connection: (connection) => web.receive(connection),
  });
  return {
    url: `https://127.0.0.1:${endpoint.port}/t`,
    session: promise,
    [Symbol.asyncDispose]: async () => {
      await web.close();
      await endpoint.close();
    },
  };
}

conformTransport('webtransport', async () => {
  const server = await serving();
  const dialer = webTransportConnection(await dialWebTransport(server.url, { certificateHashes: [hash] }));
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

test('of datagrams with the same class and key that wait, the newest goes; the most urgent goes first', async () => {
  await using server = await serving();
  const dialer = webTransportConnection(await dialWebTransport(server.url, { certificateHashes: [hash] }));
  const listener = await server.session;
  const got: number[] = [];
  listener.observe({
    stream: () => {},
    datagrams: (batch) => got.push(...batch.map(([first = 0]) => first)),
    closed: () => {},
  });
  // All within one turn of the event loop: none can have gone before the last is there.
  dialer.sendDatagram(Uint8Array.of(1), 5);
  for (const n of [2, 3, 4]) dialer.sendDatagram(Uint8Array.of(n), 3, 9);
  dialer.sendDatagram(Uint8Array.of(5), 0);
  await expect.poll(() => got).toEqual([5, 4, 1]);
  await dialer.close(0, '');
});

test('refuses a certificate that is not pinned, a path that is not served, an origin that is not allowed', async () => {
  await using server = await serving((origin) => origin !== undefined);
  await expect(dialWebTransport(server.url, { certificateHashes: [new Uint8Array(32)] })).rejects.toThrow();
  await expect(dialWebTransport(`${server.url}/other`, { certificateHashes: [hash] })).rejects.toThrow();
  await expect(dialWebTransport(server.url, { certificateHashes: [hash] })).rejects.toThrow();
});

test('Chromium opens streams, sends datagrams, and hears the close', async () => {
  await using server = await serving((origin) => origin?.startsWith('http://127.0.0.1:') ?? false);
  void server.session.then((connection) => {
    connection.observe({
      stream: (stream) => {
        const echo = () => {
          for (let chunk = stream.read(); chunk; chunk = stream.read()) if (!stream.write(chunk)) return;
          if (stream.readableEnded) stream.end();
        };
        stream.observe({
          readable: echo,
          writable: echo,
          reset: () => {},
          stopped: () => {},
          closed: () => {},
        });
      },
      datagrams: (batch) => {
        for (const datagram of batch) connection.sendDatagram(datagram, 0);
      },
      closed: () => {},
    });
  });
  const page = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<p>test'),
  ).listen(0, '127.0.0.1');
  await once(page, 'listening');
  const address = page.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${port}/`);
    const seen = await tab.evaluate(
      async ({ url, pin }) => {
        const session = new WebTransport(url, {
          serverCertificateHashes: [{ algorithm: 'sha-256', value: new Uint8Array(pin) }],
        });
        await session.ready;
        const stream = await session.createBidirectionalStream();
        const bytes = crypto.getRandomValues(new Uint8Array(65_536));
        const writer = stream.writable.getWriter();
        const sent = (async () => {
          for (let n = 0; n < 16; n += 1) await writer.write(bytes);
          await writer.close();
        })();
        const reader = stream.readable.getReader();
        let length = 0;
        let same = true;
        for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
          for (const octet of value) {
            same &&= octet === bytes[length % bytes.length];
            length += 1;
          }
        }
        await sent;
        const datagrams = session.datagrams.readable.getReader();
        const out = session.datagrams.writable.getWriter();
        void out.write(Uint8Array.of(4, 2));
        const { value } = await datagrams.read();
        session.close({ closeCode: 3, reason: 'seen enough' });
        return { length, same, datagram: [...(value ?? [])] };
      },
      { url: server.url, pin: [...hash] },
    );
    expect(seen).toEqual({ length: 16 * 65_536, same: true, datagram: [4, 2] });
    expect(await (await server.session).closed).toMatchObject({ by: 'peer', code: 3, reason: 'seen enough' });
  } finally {
    await browser.close();
    page.close();
  }
});
