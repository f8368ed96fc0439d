/** The gateway before a real redis-server, used by Upstash's own client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { Redis as Upstash } from '@upstash/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Limits, LocalCounts, redisLimits } from '../limits.ts';
import { REDIS_KEY } from '../redis-keys.ts';
import { createGateway } from './gateway.ts';

const TOKEN = 'test-token';
let cleanUp: () => Promise<void>;
let url: string;
let client: Upstash;

beforeAll(async () => {
  const port = 20_000 + (process.pid % 20_000);
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  );
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  redis.on('error', () => {});
  await redis.ping();
  const gateway = serve({ fetch: createGateway(redis, TOKEN).fetch, hostname: '127.0.0.1', port: 0 });
  await once(gateway, 'listening');
  const address = gateway.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  client = new Upstash({ url, token: TOKEN, enableTelemetry: false });
  cleanUp = async () => {
    gateway.close();
    redis.disconnect();
    server.kill();
    await once(server, 'exit');
  };
});
afterAll(() => cleanUp());

test('strings, numbers, hashes and nothing come back as the client expects', async () => {
  await client.set('text', 'grüße');
  expect(await client.get('text')).toBe('grüße');
  expect(await client.incr('count')).toBe(1);
  await client.hset('map', { a: '1', b: 'zwei' });
  expect(await client.hgetall('map')).toEqual({ a: 1, b: 'zwei' });
  expect(await client.get('absent')).toBeNull();
  expect(await client.set('once', 1, { nx: true, ex: 10 })).toBe('OK');
  expect(await client.set('once', 1, { nx: true, ex: 10 })).toBeNull();
});

test('pipelines and transactions answer item by item', async () => {
  expect(await client.pipeline().set('p', 'x').get('p').exec()).toEqual(['OK', 'x']);
  expect(await client.multi().incr('t').incr('t').expire('t', 60).exec()).toEqual([1, 2, 1]);
});

test('an error of Redis is told as one', async () => {
  await client.set('word', 'abc');
  await expect(client.incr('word')).rejects.toThrow('not an integer');
});

test('refuses a wrong token, no token, and what is no command', async () => {
  for (const authorization of [undefined, 'Bearer wrong']) {
    const response = await fetch(url, {
      method: 'POST',
      body: '["ping"]',
      headers: authorization ? { authorization } : {},
    });
    expect(response.status).toBe(401);
  }
  const headers = { authorization: `Bearer ${TOKEN}` };
  for (const [path, body] of [
    ['/', '{}'],
    ['/', 'x'],
    ['/pipeline', '[]'],
    ['/multi-exec', '["get"]'],
  ]) {
    expect((await fetch(`${url}${path}`, { method: 'POST', body: body ?? '', headers })).status).toBe(400);
  }
  expect(
    (await fetch(url, { method: 'POST', body: `["set","k","${'x'.repeat(1 << 20)}"]`, headers })).status,
  ).toBe(413);
});

test('a command may stand in the path', async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  expect(await (await fetch(`${url}/set/in-path/v%20w`, { headers })).json()).toEqual({ result: 'OK' });
  expect(await client.get('in-path')).toBe('v w');
});

test('a wide limit is counted some at a time, and holds exactly for one process and never wider for two', async () => {
  let at = 1_000;
  const limit = { name: 'wide', max: 50, windowS: 60, atOnce: 10 };
  const passed = async (limits: Limits, who: string, times: number) => {
    const tried = await Promise.allSettled(Array.from({ length: times }, () => limits.attempt(limit, who)));
    return tried.filter(({ status }) => status === 'fulfilled').length;
  };
  const process = () => redisLimits(url, TOKEN, new LocalCounts(), () => at);
  const alone = process();
  let count = 0;
  for (let n = 0; n < 80; n += 1) count += await passed(alone, 'one by one', 1);
  expect(count).toBe(50);
  expect(await client.get('fabric:{platform}:limit:wide:one by one')).toBeLessThan(60 + 30 * 10);
  // At once, and from two: what each counted ahead is used up or lost, never given twice.
  const both = await Promise.all([passed(process(), 'two', 40), passed(process(), 'two', 40)]);
  expect((both[0] ?? 0) + (both[1] ?? 0)).toBeLessThanOrEqual(50);
  expect((both[0] ?? 0) + (both[1] ?? 0)).toBeGreaterThan(0);
  // What was counted ahead is gone after a while.
  const slow = process();
  expect(await passed(slow, 'slow', 1)).toBe(1);
  at += 6_000;
  expect(await passed(slow, 'slow', 1)).toBe(1);
  expect(await client.get('fabric:{platform}:limit:wide:slow')).toBe(20);
  // A crowd counts ahead once: what nobody attempted is not used up.
  await passed(process(), 'crowd', 20);
  expect(await client.get('fabric:{platform}:limit:wide:crowd')).toBeLessThanOrEqual(20 + 10);
});

test('what is kept for one organization or cluster is under its own name, and counts for it alone', async () => {
  const limits = redisLimits(url, TOKEN, new LocalCounts(), Date.now);
  const [a, b] = [crypto.randomUUID(), crypto.randomUUID()];
  const once = { name: 'once', max: 1, windowS: 60 };
  for (const org of [a, b]) await limits.attempt(once, 'who', { org });
  await expect(limits.attempt(once, 'who', { org: a })).rejects.toMatchObject({ code: 'rate_limited' });
  for (const cluster of [a, b]) expect(await limits.markOnce({ cluster }, 'x', 60)).toBe(true);
  expect(await limits.markOnce({ cluster: a }, 'x', 60)).toBe(false);
  const keys = await client.keys('fabric*');
  expect(keys.length).toBeGreaterThanOrEqual(4);
  expect(keys.filter((key) => !REDIS_KEY.test(key))).toEqual([]);
});
