/** Real agents: one waits to be let in, one is put out, one sees two authorities. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, TestControl } from '../agent-process.ts';

const POLL = { timeout: 30_000, interval: 20 };
let control: TestControl;
beforeAll(async () => {
  control = await TestControl.start();
});
afterAll(() => control?.[Symbol.asyncDispose]());

test('an agent says that it waits and by which fingerprint, also after a restart, and comes in once approved', async () => {
  const { body } = await control.platform('POST', '/bootstrap-tokens', { roles: ['relay'] });
  await using agent = await AgentProcess.make(control, 'waits', {}, body.token);
  const waiting = async () => (await agent.status())?.waiting?.fingerprint;
  agent.up();
  await expect.poll(waiting, POLL).toHaveLength(43);
  const fingerprint = await waiting();
  await agent.kill();
  agent.up();
  await expect.poll(waiting, POLL).toBe(fingerprint);
  const { requests } = (await control.platform('GET', '/node-requests')).body;
  expect(requests).toMatchObject([{ name: 'waits', fingerprint, state: 'waiting' }]);
  expect(await agent.status()).toMatchObject({ enrolled: false, roles: [], standing: 'starting' });
  const path = `/node-requests/${requests[0].id}/approve`;
  expect((await control.platform('POST', path, { fingerprint })).status).toBe(200);
  expect((await agent.well()).waiting).toBeUndefined();
});

test('a revoked node loses its links and its roles in less than five seconds', async () => {
  await using first = await AgentProcess.make(control, 'stays');
  await using second = await AgentProcess.make(control, 'goes');
  const links = async (agent: AgentProcess) => (await agent.status())?.roles[0]?.metrics['links_up'];
  for (const agent of [first, second]) agent.up();
  await Promise.all([first.well(), second.well()]);
  for (const agent of [first, second]) await expect.poll(() => links(agent), POLL).toBe(1);
  const peers = (await first.status())?.peers ?? 0;
  const { node } = (await second.status()) ?? {};
  const startedAt = performance.now();
  expect((await control.platform('DELETE', `/nodes/${node}`)).status).toBe(200);
  await Promise.all([
    expect.poll(async () => (await second.status())?.roles, POLL).toEqual([]),
    expect.poll(async () => (await first.status())?.peers, POLL).toBe(peers - 1),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  // What a role counts is told with its next answer to its supervisor.
  await expect.poll(() => links(first), POLL).toBe(0);
});

test('an agent that followed a promotion stays with it when the older authority comes back, and shows it whom it follows', async () => {
  await using agent = await AgentProcess.make(control, 'follows', {});
  agent.up();
  await agent.well();
  const act = { epoch: 1, reason: 'the other side is gone' };
  expect((await control.platform('POST', '/partition/promote', act)).body.epoch).toBe(2);
  await expect.poll(async () => (await agent.status())?.epoch, POLL).toBe(2);
  const version = (await agent.status())?.snapshotVersion;
  // The control plane as it was before: a copy of its database, brought back.
  await control.api.services.db.platform((tx) =>
    tx.execute(sql`update clusters set epoch = 1, seen_epoch = 1`),
  );
  await expect.poll(async () => (await agent.status())?.standing, POLL).toBe('partitioned');
  const fenced = async () => (await control.platform('GET', '/partition')).body.authority;
  await expect.poll(fenced, POLL).toBe('fenced');
  expect(await agent.status()).toMatchObject({
    epoch: 2,
    snapshotVersion: version,
    allowed: { runs: true, startsSessions: false, takesTrust: false },
    roles: [{ ready: true }],
  });
});
