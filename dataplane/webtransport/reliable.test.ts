import { beforeAll, expect, test } from 'vitest';
import { conformTransport } from '../transport/conformance.ts';
import { serving, sessionPair, type TestEntry, testEntry } from './test-pair.ts';
import { dialWebTransport } from './webtransport.ts';

let entry: TestEntry;
beforeAll(async () => {
  entry = await testEntry();
});

conformTransport('webtransport over TCP', () => sessionPair(entry, 'tcp'));

test('refuses a certificate that is not pinned, a path that is not served, an origin that is not allowed', async () => {
  await using server = await serving(entry, 'tcp', (origin) => origin !== undefined);
  const dial = (url: string, hash = entry.hash) =>
    dialWebTransport(url, { certificateHashes: [hash], carrier: 'tcp' });
  await expect(dial(server.url, new Uint8Array(32))).rejects.toThrow();
  await expect(dial(`${server.url}/other`)).rejects.toThrow();
  await expect(dial(server.url)).rejects.toThrow();
});
