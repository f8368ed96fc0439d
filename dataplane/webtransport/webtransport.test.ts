import { once } from 'node:events';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { conformTransport } from '../transport/conformance.ts';
import { echo } from '../transport/test-echo.ts';
import { serving, sessionPair, type TestEntry, testEntry } from './test-pair.ts';
import { dialWebTransport } from './webtransport.ts';

let entry: TestEntry;
beforeAll(async () => {
  entry = await testEntry();
});

conformTransport('webtransport', () => sessionPair(entry, 'quic'));

test('of datagrams with the same class and key that wait, the newest goes; the most urgent goes first', async () => {
  await using pair = await sessionPair(entry, 'quic');
  const { dialer, listener } = pair;
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
});

test('refuses a certificate that is not pinned, a path that is not served, an origin that is not allowed', async () => {
  await using server = await serving(entry, 'quic', (origin) => origin !== undefined);
  await expect(dialWebTransport(server.url, { certificateHashes: [new Uint8Array(32)] })).rejects.toThrow();
  await expect(
    dialWebTransport(`${server.url}/other`, { certificateHashes: [entry.hash] }),
  ).rejects.toThrow();
  await expect(dialWebTransport(server.url, { certificateHashes: [entry.hash] })).rejects.toThrow();
});

test('Chromium opens streams, sends datagrams, and hears the close', async () => {
  await using server = await serving(
    entry,
    'quic',
    (origin) => origin?.startsWith('http://127.0.0.1:') ?? false,
  );
  void server.session.then((connection) => echo(connection));
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
      { url: server.url, pin: [...entry.hash] },
    );
    expect(seen).toEqual({ length: 16 * 65_536, same: true, datagram: [4, 2] });
    expect(await (await server.session).closed).toMatchObject({ by: 'peer', code: 3, reason: 'seen enough' });
  } finally {
    await browser.close();
    page.close();
  }
});
