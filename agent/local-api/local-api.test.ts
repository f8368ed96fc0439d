/** Over real sockets, as another process of this host would. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GENESIS } from '../audit/entry.ts';
import { Executor } from '../execute/execute.ts';
import { LocalApi } from './local-api.ts';
import type { AgentStatus } from './status.ts';

let folder: string;
let api: LocalApi;
let audited: [string, object][];
const status: AgentStatus = {
  name: 'n',
  node: undefined,
  enrolled: true,
  waiting: undefined,
  standing: 'connected',
  allowed: { runs: true, startsSessions: true, renews: true, takesTrust: true },
  epoch: 1,
  lastContactAt: 1,
  snapshotVersion: 3,
  snapshotExpiresAt: undefined,
  certificateExpiresAt: undefined,
  peers: 0,
  waitingReports: 0,
  controlBytes: 0,
  live: false,
  roles: [],
  capabilities: undefined,
  host: undefined,
  services: [],
  processes: [],
  audit: { seq: 0, hash: GENESIS },
  memoryBytes: 1,
  uptimeSeconds: 1,
};
const start = async (enabled: boolean) => {
  const allow = [['/bin/echo']];
  api = await LocalApi.start({
    port: 0,
    socket: join(folder, 'agent.sock'),
    data: folder,
    status: () => status,
    networks: () => [],
    samples: () => [],
    executor: enabled ? new Executor({ allow, seconds: 5, concurrency: 1, env: {} }) : undefined,
    record: (event, fields) => void audited.push([event, fields]),
  });
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-'));
  audited = [];
  await start(true);
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly over?: 'socket' | 'tcp';
}
function ask(path: string, { method = 'GET', headers = {}, body, over = 'tcp' }: Ask = {}) {
  const where =
    over === 'tcp' ? { host: '127.0.0.1', port: api.port } : { socketPath: join(folder, 'agent.sock') };
  return new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const asked = request(
        { ...where, method, path, headers, setHost: headers['host'] === undefined },
        (response) => {
          const { statusCode = 0 } = response;
          text(response).then(
            (body) => resolve({ status: statusCode, body, headers: response.headers }),
            reject,
          );
        },
      );
      asked.on('error', reject);
      asked.end(body);
    },
  );
}
const token = () => readFileSync(join(folder, 'local.token'), 'utf8');
const command = (argv: unknown, over: 'socket' | 'tcp' = 'socket', headers: Record<string, string> = {}) =>
  ask('/execute', {
    method: 'POST',
    over,
    body: JSON.stringify({ argv }),
    headers: { 'content-type': 'application/json', ...headers },
  });

test('answers over the loopback address and over the socket', async () => {
  for (const over of ['tcp', 'socket'] as const) {
    expect((await ask('/health', { over })).status).toBe(200);
    expect(JSON.parse((await ask('/status', { over })).body)).toMatchObject({
      name: 'n',
      snapshotVersion: 3,
    });
    expect(JSON.parse((await ask('/simple-status', { over })).body)).toMatchObject({ status: 'ok' });
    expect((await ask('/metrics', { over })).body).toContain('fabric_agent_snapshot_version 3');
  }
});

test('socket and token are for their owner only', () => {
  for (const name of ['agent.sock', 'local.token'])
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test('a name that only looks like this machine is refused: DNS rebinding', async () => {
  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.0.2.1',
    '',
    '127.0.0.1@evil',
  ])
    expect((await ask('/status', { headers: { host } })).status, host).toBeGreaterThanOrEqual(400);
  for (const host of [`localhost:${api.port}`, '127.0.0.1', '[::1]:1'])
    expect((await ask('/status', { headers: { host } })).status, host).toBe(200);
});

test('a web page is refused and gets no CORS header', async () => {
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    const answer = await ask('/status', { headers: headers as Record<string, string> });
    expect(answer.status).toBe(403);
  }
  const preflight = await ask('/execute', {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(404);
  expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('runs what is allowed for who holds the socket, and for who can read the token', async () => {
  expect(JSON.parse((await command(['/bin/echo', 'hi'])).body)).toMatchObject({ status: 0, stdout: 'hi\n' });
  const authorization = `Bearer ${token()}`;
  expect((await command(['/bin/echo'], 'tcp', { authorization })).status).toBe(200);
  for (const wrong of ['', 'Bearer x', `Bearer ${token()}x`, token()])
    expect((await command(['/bin/echo'], 'tcp', { authorization: wrong })).status).toBe(401);
  expect((await command(['/bin/echo'], 'tcp')).status).toBe(401);
});

test('refuses a command that is a line, not allowed, too long, or in another form', async () => {
  expect((await command('/bin/echo hi')).status).toBe(400);
  expect((await command(['/bin/ls'])).status).toBe(403);
  expect((await command(['/bin/echo', 'a\0b'])).status).toBe(400);
  expect((await command(['/bin/echo', 'x'.repeat(100_000)])).status).toBe(413);
  expect((await command(['/bin/echo'], 'socket', { 'content-type': 'text/plain' })).status).toBe(400);
});

test('without executeEnabled nothing runs', async () => {
  await api.close();
  await start(false);
  expect((await command(['/bin/echo'])).status).toBe(403);
});

test('each command is on record before it runs and when it ended; refusals are on record; reads are counted', async () => {
  await command(['/bin/echo', 'hi']);
  await command(['/bin/ls']);
  for (let n = 0; n < 50; n += 1) await ask('/status');
  await api.close();
  const events = audited.map(([event]) => event);
  expect(events.filter((event) => event.startsWith('execute.'))).toEqual([
    'execute.started',
    'execute.ended',
  ]);
  expect(audited).toContainEqual(['execute.started', { over: 'socket', argv: ['/bin/echo', 'hi'] }]);
  expect(audited).toContainEqual(['local.refused', { over: 'socket', path: '/execute', code: 'forbidden' }]);
  expect(audited).toContainEqual(['local.called', { over: 'tcp', path: '/status' }]);
  expect(audited).toContainEqual(['local.called', { over: 'tcp', path: '/status', more: 49 }]);
  expect(audited.length).toBeLessThan(10);
  await start(true);
});
