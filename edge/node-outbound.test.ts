import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeOutbound } from './node-outbound.ts';

const POST = { method: 'POST', headers: {}, body: '{}' };
const INSIDE = { privateNetworks: true, most: 4096 };
const OUTSIDE = { ...INSIDE, privateNetworks: false };

let port: number;
let calls = 0;
const server = createServer((request, response) => {
  calls += 1;
  if (request.url === '/away') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('moved');
  else response.writeHead(200).end('x'.repeat(20_000));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());

test('connects to the address that was checked, whatever the name leads to later', async () => {
  const asked: string[] = [];
  const outbound = nodeOutbound(async (name) => {
    asked.push(name);
    return ['127.0.0.1'];
  });
  const { status, bytes, whole } = await outbound.send(`http://receiver.example:${port}/`, POST, INSIDE);
  expect([status, bytes.length, whole, asked]).toEqual([200, 4096, false, ['receiver.example']]);
});

test('a name that leads inside is refused before anything is sent', async () => {
  const before = calls;
  for (const addresses of [['127.0.0.1'], ['1.1.1.1', '::1'], ['169.254.169.254']]) {
    const outbound = nodeOutbound(async () => addresses);
    await expect(outbound.send(`https://receiver.example:${port}/`, POST, OUTSIDE)).rejects.toMatchObject({
      code: 'address_not_allowed',
    });
  }
  expect(calls).toBe(before);
});

test('a redirect is an answer, not a way on', async () => {
  const { status, headers, bytes } = await nodeOutbound().send(`http://127.0.0.1:${port}/away`, POST, INSIDE);
  expect([status, headers.get('location'), new TextDecoder().decode(bytes)]).toEqual([
    302,
    'http://127.0.0.1:1/',
    'moved',
  ]);
});
