/** Whoever sits on the way, or in the control API's place, can keep a node from hearing: never make it believe. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SnapshotAnswer } from '../../schema/api/nodes.ts';
import { signFor } from '../../schema/tokens/signed.ts';
import { Control } from '../control/control.ts';
import { ApiConnection } from '../control/http.ts';
import { SnapshotStore } from './store.ts';
import { NOW, type TestCluster, testCluster } from './test-cluster.ts';

let folder: string;
let home: TestCluster;
let server: Server;
let connection: ApiConnection;
let control: Control;
let snapshots: SnapshotStore;
/** What the one in the middle says next, whatever is asked. */
let says: { status?: number; body: string; cut?: number };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  home = await testCluster();
  server = createServer((_, response) => {
    const { status = 200, body, cut } = says;
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    if (cut === undefined) response.end(body);
    else response.write(body.slice(0, cut), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  connection = new ApiConnection({ url, pins: [] });
  control = new Control(connection, () => home.identity);
  snapshots = new SnapshotStore({ data: folder, identity: () => home.identity });
  await snapshots.apply(await home.sign(10), NOW);
});
afterEach(async () => {
  connection.close();
  server.close();
  rmSync(folder, { recursive: true });
});

const have = (version: number) => ({ version, epoch: 1, increments: true });
const believe = async (news: SnapshotAnswer) =>
  'snapshot' in news ? snapshots.apply(news.snapshot, NOW) : snapshots.applyIncrement(news.increment, NOW);

/** One round of the agent's loop, with what the other side says. @returns the code it was refused with */
async function hear(body: string, more: { status?: number; cut?: number } = {}): Promise<string> {
  says = { body, ...more };
  const before = readFileSync(join(folder, 'snapshot.jws'), 'utf8');
  try {
    const news = await control.snapshot(have(10), AbortSignal.timeout(5_000), 0);
    if (news === undefined) return 'nothing';
    await believe(news);
    return 'APPLIED';
  } catch (error) {
    expect(snapshots.current?.version).toBe(10);
    expect(readFileSync(join(folder, 'snapshot.jws'), 'utf8')).toBe(before);
    return error instanceof Error && 'code' in error ? String(error.code) : 'other';
  }
}
const tell = (snapshot: string, more = {}) => hear(JSON.stringify({ snapshot }), more);
const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('the real thing is applied: what follows is refused for what it is, not for where it comes from', async () => {
  expect(await tell(await home.sign(11))).toBe('APPLIED');
});

test('replayed and reordered: only ever forward', async () => {
  const signed = await Promise.all([3, 9, 10].map((version) => home.sign(version)));
  for (const text of signed) expect(await tell(text)).toBe('stale_generation');
  expect(await tell(await home.sign(12))).toBe('APPLIED');
  says = { body: JSON.stringify({ snapshot: await home.sign(11) }) };
  const late = await control.snapshot(have(12), AbortSignal.timeout(5_000), 0);
  await expect(believe(late ?? { snapshot: '' })).rejects.toMatchObject({ code: 'stale_generation' });
  expect(snapshots.current?.version).toBe(12);
});

test('cut at any byte', async () => {
  const body = JSON.stringify({ snapshot: await home.sign(11) });
  for (let cut = 0; cut < body.length; cut += 7)
    expect(await hear(body, { cut }), `at ${cut}`).toBe('unavailable');
  for (let cut = 0; cut < body.length; cut += 7)
    expect(await hear(body.slice(0, cut)), `a whole answer of ${cut}`).toBe('unavailable');
  const text = await home.sign(11);
  for (let cut = 0; cut < text.length; cut += 1) expect(await tell(text.slice(0, cut))).toBe('token_invalid');
});

test('spliced from parts that are each genuine', async () => {
  const [a, b] = await Promise.all([home.sign(11, { roles: ['entry'] }), home.sign(12)]);
  const other = await (await testCluster('other')).sign(13);
  const parts = [a, b, other].map((text) => text.split('.'));
  for (const [h, head] of parts.entries())
    for (const [p, payload] of parts.entries())
      for (const [s, signature] of parts.entries()) {
        // The heads of our own two are the same text: under either it is the whole one.
        if (h < 2 && p < 2 && p === s) continue;
        expect(await tell([head[0], payload[1], signature[2]].join('.')), `${h}${p}${s}`).toBe(
          'token_invalid',
        );
      }
});

test('downgraded: no algorithm, a shared secret made of the public key, another kind of answer', async () => {
  const payload = (await home.sign(11)).split('.')[1] ?? '';
  const typ = 'fabric-snapshot+jwt';
  for (const alg of ['none', 'None', 'EdDSA', 'ES256'])
    expect(await tell(`${b64({ alg, typ, kid: 'k' })}.${payload}.`)).toBe('token_invalid');
  const head = b64({ alg: 'HS256', typ, kid: 'k' });
  const mac = createHmac('sha256', Buffer.from(home.signingKey.x, 'base64url')).update(`${head}.${payload}`);
  expect(await tell(`${head}.${payload}.${mac.digest('base64url')}`)).toBe('token_invalid');
  const jwk = b64({ alg: 'EdDSA', typ, jwk: (await testCluster()).signingKey });
  expect(await tell(`${jwk}.${payload}.${'A'.repeat(86)}`)).toBe('token_invalid');
  const signer = { key: home.key, kid: 'k' };
  const start = await signFor('session-start', home, { version: 11 }, signer, { now: NOW, seconds: 60 });
  expect(await tell(start)).toBe('token_invalid');
});

test('of another node, another cluster, expired', async () => {
  const stranger = await testCluster();
  expect(await tell(await home.sign(11, {}, { node: stranger.node }))).toBe('token_wrong_node');
  expect(await tell(await home.sign(11, {}, { cluster: stranger.cluster }))).toBe('token_wrong_cluster');
  expect(await tell(await home.sign(11, {}, { now: NOW - 5_000_000 }))).toBe('token_expired');
});

test('anything else that is no answer', async () => {
  for (const body of ['', 'null', '[]', '{}', '{"snapshot":1}', '<html>', '{"snapshot":null}'])
    expect(await hear(body), body).toBe('unavailable');
  for (const status of [301, 302, 400, 401, 500, 503])
    expect(await hear('{}', { status })).toBe('unavailable');
});
