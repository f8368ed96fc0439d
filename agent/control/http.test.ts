/** Real TLS: the key on the other side is the pinned one, or nothing is said to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type TestAuthority, type TestLeaf, testAuthority } from '../../dataplane/quic/test-identity.ts';
import { ApiConnection, spkiPin } from './http.ts';

let authority: TestAuthority;
let leaf: TestLeaf;
let other: TestLeaf;
const folder = mkdtempSync(join(tmpdir(), 'pins-'));
const caFile = join(folder, 'ca.pem');
const servers: Server[] = [];
const connections: ApiConnection[] = [];
const asked: string[] = [];

beforeAll(async () => {
  authority = await testAuthority();
  [leaf, other] = await Promise.all([
    authority.issue('fabric://t/a', undefined, 'localhost'),
    authority.issue('fabric://t/b', undefined, 'localhost'),
  ]);
  writeFileSync(caFile, authority.ca);
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
  for (const server of servers.splice(0)) server.close();
  asked.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

type Handler = Parameters<typeof createServer>[1];
const answers: Handler = (request, response) => {
  asked.push(request.url ?? '');
  response.end('{}');
};
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const secure = ({ certificate: cert, key }: TestLeaf) => listening(createTlsServer({ cert, key }, answers));
function connect(url: string, pins: string[] = []): ApiConnection {
  const connection = new ApiConnection({ url: new URL(url), pins, caFile });
  connections.push(connection);
  return connection;
}
const get = (connection: ApiConnection, ms = 5_000) =>
  connection.send({ method: 'GET', path: '/', headers: {}, signal: AbortSignal.timeout(ms) });

test('the pinned key is spoken to, the backup pin is as good, and again over a second connection', async () => {
  const url = `https://localhost:${await secure(leaf)}`;
  for (const pins of [[spkiPin(leaf.der)], [spkiPin(other.der), spkiPin(leaf.der)], []])
    expect((await get(connect(url, pins))).status).toBe(200);
});

test('another key is refused by name, every time, and hears nothing', async () => {
  const connection = connect(`https://localhost:${await secure(other)}`, [spkiPin(leaf.der)]);
  for (let n = 0; n < 3; n += 1) {
    await expect(get(connection)).rejects.toMatchObject({
      code: 'target_untrusted',
      message: expect.stringContaining(spkiPin(other.der)),
    });
  }
  expect(asked).toEqual([]);
});

test('a pin does not replace the authority: a pinned key under an unknown one is refused', async () => {
  const stranger = await (await testAuthority()).issue('fabric://t/c', undefined, 'localhost');
  const connection = connect(`https://localhost:${await secure(stranger)}`, [spkiPin(stranger.der)]);
  await expect(get(connection)).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toEqual([]);
});

test('plain HTTP goes to this machine only', async () => {
  for (const url of [
    'http://192.0.2.1:80',
    'http://example.org',
    'http://127.0.0.1.example.org',
    'ftp://localhost',
  ])
    expect(() => connect(url)).toThrow('plain HTTP is allowed to this machine only');
  const port = await listening(createServer(answers));
  expect((await get(connect(`http://127.0.0.1:${port}`))).status).toBe(200);
});

test('a server that never answers, or stops in the middle, is given up after its time', async () => {
  const silent = await listening(createServer(() => {}));
  await expect(get(connect(`http://127.0.0.1:${silent}`), 200)).rejects.toMatchObject({
    code: 'unavailable',
  });
  const halting = await listening(
    createServer((_, response) => void response.writeHead(200, { 'content-length': 100 }).write('half')),
  );
  await expect(get(connect(`http://127.0.0.1:${halting}`), 200)).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('an answer without end is cut off', async () => {
  const port = await listening(
    createServer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
      };
      response.on('drain', more);
      more();
    }),
  );
  await expect(get(connect(`http://127.0.0.1:${port}`))).rejects.toMatchObject({ code: 'too_large' });
});
