/** An agent against a real control plane: what it loses it gets again, and what it may no longer do it stops. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { verifyAudit } from '../../agent/audit/verify.ts';
import { readConfig } from '../../agent/config.ts';
import { agentProgram } from '../../agent/program.ts';
import { AgentProcess, TestControl } from '../agent-process.ts';

const DAY = 86_400_000;
let control: TestControl;
beforeAll(async () => {
  control = await TestControl.start();
});
afterAll(() => control?.[Symbol.asyncDispose]());

test('what is lost or damaged of its state is rebuilt from the control plane', async () => {
  await using agent = await AgentProcess.make(control, 'loses');
  agent.up();
  const { node } = await agent.well();
  for (const lose of [
    () => rmSync(join(agent.data, 'snapshot.jws')),
    () => rmSync(join(agent.data, 'state.json')),
    () => truncateSync(join(agent.data, 'snapshot.jws'), 100),
    () => truncateSync(join(agent.data, 'state.json'), 10),
    () => rmSync(join(agent.data, 'audit'), { recursive: true }),
    () => rmSync(join(agent.data, 'monitor.ring'), { force: true }),
  ]) {
    await agent.kill();
    lose();
    agent.up();
    expect((await agent.well()).node).toBe(node);
  }
  await agent.kill('SIGTERM');
  expect(verifyAudit(join(agent.data, 'audit'))).toMatchObject({ ok: true });
});

test('a day after its last snapshot no role runs any more, and the next snapshot brings them back', async () => {
  await using folder = await AgentProcess.make(control, 'isolated', { logLevel: 'error' });
  let ahead = 0;
  const env = { FABRIC_AGENT_BOOTSTRAP_TOKEN: await control.token() };
  const config = readConfig(folder.data, env);
  const agent = new Agent(config, pino({ level: 'silent' }), () => Date.now() + ahead);
  await agent.start();
  try {
    await expect
      .poll(() => agent.status().roles.map(({ ready }) => ready), { timeout: 30_000 })
      .toEqual([true]);
    ahead = DAY + 60_000;
    await expect.poll(() => agent.status().standing, { timeout: 30_000 }).toBe('isolated');
    await expect.poll(() => agent.status().roles, { timeout: 30_000 }).toEqual([]);
    ahead = 0;
    await control.addNeighbour();
    await expect.poll(() => agent.status().roles.length, { timeout: 60_000 }).toBe(1);
    await expect.poll(() => agent.status().standing, { timeout: 30_000 }).toBe('connected');
  } finally {
    await agent.close();
  }
});

test('a second agent on the same folder is refused while the first lives, and the first goes on', async () => {
  await using first = await AgentProcess.make(control, 'twice');
  first.up();
  await first.well();
  const second = spawnSync(process.execPath, [agentProgram(), '--data', first.data], { encoding: 'utf8' });
  expect(second.status).toBe(1);
  expect(second.stderr).toContain('another agent runs');
  expect((await first.well()).roles[0]?.restarts).toBe(0);
  await first.kill('SIGTERM');
  expect(verifyAudit(join(first.data, 'audit'))).toMatchObject({ ok: true });
});

test('no role outlives its agent, not even one that is stuck', async () => {
  await using agent = await AgentProcess.make(control, 'orphans');
  agent.up();
  const pid = (await agent.well()).roles[0]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  await agent.kill();
  await expect.poll(() => existsSync(`/proc/${pid}/exe`), { timeout: 10_000 }).toBe(false);
});
