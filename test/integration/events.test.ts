/** Live events over SSE, the outbox and the jobs, against a real PostgreSQL; wake-ups through a real Redis and its gateway. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { redisSignals } from '../../edge/events/signals.ts';
import { EXPIRIES, expiriesJob } from '../../edge/jobs/expiries.ts';
import type { Job } from '../../edge/jobs/job.ts';
import { lostSessionsJob } from '../../edge/jobs/lost-sessions.ts';
import { MOST_ATTEMPTS, runOutbox } from '../../edge/jobs/outbox.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { PLATFORM_CHAIN } from '../../schema/audit.ts';
import { FabricEvent } from '../../schema/events.ts';
import { readSse, type SseMessage } from '../../schema/sse.ts';
import { deadEvents, jobs } from '../../schema/tables/index.ts';
import { Processes } from '../../scripts/start/processes.ts';
import { startRedis } from '../../scripts/start/redis.ts';
import { freePort } from '../../scripts/start/settings.ts';
import { ControlApi, clientKey, enrolNode, makeTenant, type TestNode } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let platform: string;
let cluster: string;
let a: Awaited<ReturnType<typeof makeTenant>>;
let service: TestNode;
const open: AbortController[] = [];
const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  platform = (await api.signIn()).accessToken;
  const made = { name: 'one', origins: ['https://console.test'] };
  cluster = (await api.call('POST', '/v1/platform/clusters', made, platform)).body.id;
  a = await makeTenant(api, platform, cluster, 'org-a');
  service = await enrolNode(api, platform, cluster, 'service', 'svc');
  const entry = await enrolNode(api, platform, cluster, 'entry', 'ent');
  await beat(service, []);
  await beat(entry, ['127.0.0.1:4433']);
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.abort();
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const beat = async (node: TestNode, endpoints: string[], sessions: object[] = []) =>
  api.call('POST', '/v1/node/heartbeat', { endpoints, sessions }, await node.assertion());

/** What a stream has said so far. */
async function watch(path: string, token: string, after?: number) {
  const stop = new AbortController();
  open.push(stop);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(after === undefined ? {} : { 'last-event-id': String(after) }),
  };
  const response = await api.request(path, { headers, signal: stop.signal });
  const said: SseMessage[] = [];
  const ended = Promise.withResolvers<void>();
  if (response.body)
    void (async () => {
      for await (const message of readSse(response.body as ReadableStream<Uint8Array>)) said.push(message);
    })()
      .catch(() => {})
      .finally(ended.resolve);
  const events = () =>
    said.filter(({ data }) => data.includes('"seq"')).map(({ data }) => FabricEvent.parse(JSON.parse(data)));
  return { status: response.status, response, said, events, ended: ended.promise, stop };
}
const ofOrg = (token: string, after?: number) => watch(`/v1/orgs/${a.org}/events`, token, after);
const openSession = async (token: string) =>
  (
    await api.call(
      'POST',
      `/v1/orgs/${a.org}/sessions`,
      { resource: a.resource, key: await clientKey() },
      token,
    )
  ).body.session as string;

test('a session that opens is told at once, in order, and only to those who may know', async () => {
  const [owner, user] = [await ofOrg(a.owner.token), await ofOrg(a.user.token)];
  expect([owner.status, user.status]).toEqual([200, 200]);
  await eventually(() => expect(owner.said.length * user.said.length).toBeGreaterThan(0));
  const mine = await openSession(a.user.token);
  const others = await openSession(a.owner.token);
  await eventually(() => {
    expect(owner.events().map(({ type }) => type)).toEqual([
      'session.open',
      'session.attach',
      'session.open',
      'session.attach',
    ]);
    expect(user.events()).toHaveLength(2);
  });
  const seqs = owner.events().map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 0) + n));
  expect(JSON.stringify(user.events())).toContain(mine);
  expect(JSON.stringify(user.events())).not.toContain(others);
});

test('goes on after the last event a reader had, and says so when it is too far behind', async () => {
  const first = await ofOrg(a.owner.token, 0);
  await eventually(() => expect(first.events().length).toBeGreaterThan(6));
  const all = first.events();
  expect(all[0]).toMatchObject({ seq: 1, type: 'organization.create' });
  const from = all[3]?.seq ?? 0;
  const later = await ofOrg(a.owner.token, from);
  await eventually(() => expect(later.events()).toEqual(all.slice(4)));
  const lost = await ofOrg(a.owner.token, 1_000_000);
  await eventually(() => expect(lost.said.map(({ event }) => event)).toContain('resync'));
});

test('the platform has a stream of its own, closed to organizations', async () => {
  const path = '/v1/platform/events';
  expect((await watch(path, a.owner.token)).status).toBe(403);
  const watching = await watch(path, platform);
  await eventually(() => expect(watching.said.length).toBeGreaterThan(0));
  await api.signIn();
  await eventually(() => expect(watching.events().map(({ type }) => type)).toContain('sign-in'));
  expect((await watch(`/v1/orgs/${a.org}/events`, platform)).status).toBe(404);
});

test('ends when the token does, or what its bearer may see has changed', async () => {
  const [expiring, demoted] = [await ofOrg(a.owner.token), await ofOrg(a.user.token)];
  await eventually(() => expect(expiring.said.length * demoted.said.length).toBeGreaterThan(0));
  const owner = postgres(database.ownerUrl, { max: 1 });
  await owner`update memberships set role = 'organization_auditor' where user_id = ${a.user.id}`;
  await openSession(a.owner.token);
  await demoted.ended;
  expect(demoted.said.at(-1)).toMatchObject({ event: 'closed', data: '{"code":"forbidden"}' });
  await owner`update memberships set role = 'organization_user' where user_id = ${a.user.id}`;
  await owner.end();
  api.now += 700_000;
  await api.signals.wake(a.org);
  await expiring.ended;
  expect(expiring.said.at(-1)).toMatchObject({ event: 'closed', data: '{"code":"token_expired"}' });
  api.now -= 700_000;
});

test('ends when the organization no longer takes the way its reader signed in', async () => {
  const policy = { passwordAllowed: true, passkeyAllowed: true, ssoOnly: false, secondFactor: 'nobody' };
  const change = (deviceApproval: string) =>
    api.call('PUT', `/v1/orgs/${a.org}/sign-in-policy`, { ...policy, deviceApproval }, a.owner.token);
  const reader = await watch(`/v1/orgs/${a.org}/events`, a.user.token);
  const owner = await watch(`/v1/orgs/${a.org}/events`, a.owner.token);
  expect((await change('require')).status).toBe(200);
  await openSession(a.owner.token);
  await reader.ended;
  expect(reader.said.at(-1)).toMatchObject({ event: 'closed', data: '{"code":"device_not_approved"}' });
  expect(owner.said.some(({ event }) => event === 'closed')).toBe(false);
  expect((await change('none')).status).toBe(200);
});

test('a reader that leaves frees its place and its loop', async () => {
  const reader = await ofOrg(a.owner.token);
  await eventually(() => expect(api.signals.listening).toBeGreaterThan(0));
  for (const stream of open) stream.abort();
  await eventually(() => expect(api.signals.listening).toBe(0));
  await reader.ended;
});

test('a node that restarted fails its sessions, and so does one that never comes back; their people are told', async () => {
  const watching = await ofOrg(a.user.token);
  await eventually(() => expect(watching.said.length).toBeGreaterThan(0));
  const session = await openSession(a.user.token);
  api.now += 6 * 60_000;
  expect(await runDueJobs(api.services, [lostSessionsJob])).toEqual(['lost-sessions']);
  await eventually(() =>
    expect(watching.events().at(-1)).toMatchObject({
      type: 'session.failed',
      subject: session,
      about: a.user.id,
    }),
  );
  expect((await beat(service, [], [{ id: session, state: 'active', generation: 1 }])).body.end).toEqual([
    session,
  ]);
  api.now -= 6 * 60_000;
});

const context = (random = () => 0) => ({ services: api.services, until: api.now + 60_000, random });

test('events are handed on in order, each at least once, by several runners that do not get in each other’s way', async () => {
  const seen: Record<string, number[]> = {};
  const handOn = async (_: unknown, chain: string, page: readonly { seq: number | null }[]) => {
    seen[chain] = [...(seen[chain] ?? []), ...page.map(({ seq }) => seq ?? 0)];
  };
  await Promise.all([1, 2, 3].map(() => runOutbox(context(), handOn)));
  for (const seqs of Object.values(seen)) expect(seqs).toEqual(seqs.map((_, n) => n + 1));
  expect(Object.keys(seen)).toEqual(expect.arrayContaining([a.org, PLATFORM_CHAIN]));
  await openSession(a.user.token);
  const before = seen[a.org]?.length ?? 0;
  await runOutbox(context(), handOn);
  expect(seen[a.org]?.length).toBe(before + 2);
});

test('an event that can not be handed on holds up its own organization only, and is put aside with the reason', async () => {
  await openSession(a.user.token);
  await api.signIn();
  const passed: string[] = [];
  const stuck = async (_: unknown, chain: string, page: readonly { type: string }[]) => {
    if (page.some(({ type }) => type === 'session.open')) throw new Error('no way through');
    passed.push(...page.map(({ type }) => `${chain === a.org ? 'org' : 'platform'} ${type}`));
  };
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
    await runOutbox(
      context(() => 0.99),
      stuck,
    );
    expect(passed).toEqual(['platform sign-in']);
    api.now += 5 * 60_000;
  }
  await runOutbox(context(), stuck);
  expect(passed).toEqual(['platform sign-in', 'org session.attach']);
  const dead = await api.services.db.platform((tx) =>
    tx.select().from(deadEvents).where(eq(deadEvents.chain, a.org)),
  );
  expect(dead).toMatchObject([{ attempts: MOST_ATTEMPTS, reason: 'no way through' }]);
});

test('of several runners one runs a job; one that died holds it up for a minute only; a failure is kept and tried again', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const job: Job = {
    name: 'test-job',
    intervalS: 10,
    run: async () => {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      running -= 1;
      if (runs === 2) throw new Error('did not work');
      return 3;
    },
  };
  await Promise.all([1, 2, 3, 4].map(() => runDueJobs(api.services, [job])));
  expect([runs, most]).toEqual([1, 1]);
  const row = async () =>
    (await api.services.db.platform((tx) => tx.select().from(jobs).where(eq(jobs.name, 'test-job'))))[0];
  expect(await row()).toMatchObject({ done: 3, runs: 1, failures: 0, lease: null });
  expect(await runDueJobs(api.services, [job])).toEqual([]);
  api.now += 11_000;
  await runDueJobs(api.services, [job]);
  expect(await row()).toMatchObject({ runs: 2, failures: 1, error: 'did not work' });
  expect((await api.call('GET', '/health?detailed=true')).body.jobs['test-job'].ok).toBe(false);
  expect((await api.call('GET', '/metrics')).body).toContain('fabric_job_failures{job="test-job"} 1');
  api.now += 11_000;
  const died = { lease: crypto.randomUUID(), leasedUntil: new Date(api.now + 50_000) };
  await api.services.db.platform((tx) => tx.update(jobs).set(died).where(eq(jobs.name, 'test-job')));
  expect(await runDueJobs(api.services, [job])).toEqual([]);
  api.now += 51_000;
  expect(await runDueJobs(api.services, [job])).toEqual(['test-job']);
  const fresh = (await api.signIn()).accessToken;
  const listed = (await api.call('GET', '/v1/platform/jobs', undefined, fresh)).body.jobs;
  expect(listed.find(({ name }: { name: string }) => name === 'test-job')).toMatchObject({
    runs: 3,
    failures: 0,
    error: null,
  });
});

test('what time has ended goes, and nothing else', async () => {
  const owner = postgres(database.ownerUrl, { max: 1 });
  const counts = async () =>
    Object.fromEntries(
      await Promise.all(
        // Steps between snapshots are kept for minutes, and the clock was moved on by more than that.
        EXPIRIES.filter(({ table }) => table !== 'snapshot_changes').map(async ({ table }) => [
          table,
          Number((await owner`select count(*) from ${owner(table)}`)[0]?.['count']),
        ]),
      ),
    );
  const before = await counts();
  expect(
    before['refresh_tokens'] * before['attachments'] * before['bootstrap_tokens'] * before['events'],
  ).toBeGreaterThan(0);
  await runDueJobs(api.services, [expiriesJob]);
  expect(await counts()).toEqual(before);
  api.now += 61 * 86_400_000;
  await runDueJobs(api.services, [expiriesJob]);
  const after = await counts();
  await owner.end();
  expect(after).toMatchObject({
    refresh_tokens: 0,
    attachments: 0,
    bootstrap_tokens: 0,
    events: 0,
    used_assertions: 0,
  });
  api.now -= 61 * 86_400_000;
});

test('wake-ups come through Redis and its gateway; without Redis nothing fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fabric-redis-'));
  const processes = new Processes(folder);
  const ports = { redis: (await freePort(0)) ?? 0, gateway: (await freePort(0)) ?? 0 };
  const url = await startRedis(processes, folder, ports, { password: 'password', token: 'token' });
  const signals = redisSignals(url, 'token');
  const stop = new AbortController();
  const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
  let woken = 0;
  const listening = signals.listen(
    one,
    () => {
      woken += 1;
    },
    stop.signal,
  );
  await eventually(async () => {
    await signals.wake(two);
    await signals.wake(one);
    expect(woken).toBeGreaterThan(0);
  });
  stop.abort();
  await listening;
  await processes.stop();
  rmSync(folder, { recursive: true, force: true });
  await signals.wake(one);
  await signals.listen(one, () => {}, new AbortController().signal);
});
