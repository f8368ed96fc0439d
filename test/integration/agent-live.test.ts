/** An agent's live connection: what it costs when nothing happens, what it tells, and that the agent does without where there is none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, TestControl } from '../agent-process.ts';

let control: TestControl;
beforeAll(async () => {
  control = await TestControl.start();
});
afterAll(() => control[Symbol.asyncDispose]());

test('an agent with nothing to do says that it lives in less than 1 KB a minute, and hears of a newer snapshot at once', async () => {
  await using agent = await AgentProcess.make(control, 'live');
  agent.up();
  await agent.well();
  await expect.poll(() => agent.status().then((status) => status?.live), { timeout: 15_000 }).toBe(true);
  // What it had to say at the beginning is said.
  await sleep(3_000);
  const before = await agent.status();
  await sleep(8_000);
  const after = await agent.status();
  expect(after?.snapshotVersion).toBe(before?.snapshotVersion);
  expect(((after?.controlBytes ?? 1e9) - (before?.controlBytes ?? 0)) * (60 / 8)).toBeLessThan(1_000);
  await control.addNeighbour();
  await expect
    .poll(() => agent.status().then((status) => status?.snapshotVersion), { timeout: 10_000 })
    .toBeGreaterThan(before?.snapshotVersion ?? 0);
  expect((await agent.status())?.live).toBe(true);
}, 60_000);
