/** What an agent costs when it has nothing to do, what 5,000 cost the control plane, and whether it is back by itself when it is killed in the middle of something. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BACKOFF } from '../../../agent/backoff.ts';
import { NODE_FLAGS } from '../../../agent/install/service.ts';
import { backoffMs } from '../../../schema/backoff.ts';
import { AgentProcess, killAt, MOMENTS, TestControl } from '../../../test/agent-process.ts';
import { mulberry32 } from '../../../test/random.ts';
import type { Bench } from '../../bench.ts';
import type { Bar } from '../../report.ts';
import { percentiles } from '../../samples.ts';
import { snapshots } from './snapshots.ts';

/** Clock ticks per second (USER_HZ, the same on every Linux that Node runs on). */
const TICKS = 100;
const IDLE_S = { full: 120, quick: 20 } as const;
/** At each moment so many, or as many as fit into the time. */
const KILLS = { full: 125, quick: 3 } as const;
const KILLS_MS = 600_000;
const SNAPSHOTS_S = { full: 60, quick: 10 } as const;

export const trust: Bench = async ({ quick, progress, signal }) => {
  await using control = await TestControl.start();
  return [
    ...(await idle(control, quick ? IDLE_S.quick : IDLE_S.full, progress)),
    ...(await kills(control, quick ? KILLS.quick : KILLS.full, progress, signal)),
    herd(),
    ...(await snapshots(quick ? SNAPSHOTS_S.quick : SNAPSHOTS_S.full, progress)),
  ];
};

/** The agent's own process; its relay's process is no part of these. */
async function idle(control: TestControl, seconds: number, progress: (text: string) => void): Promise<Bar[]> {
  await using agent = await AgentProcess.make(control, 'idle');
  agent.up();
  await agent.well();
  // As it runs from day to day: what enrolment needed once is not in memory.
  await agent.kill('SIGTERM');
  agent.up(NODE_FLAGS.split(' '));
  const before = await agent.well();
  await sleep(10_000);
  progress(`idle for ${seconds} s`);
  const [ticks, bytes, at] = [cpuTicks(agent.pid), (await agent.status()) ?? before, performance.now()];
  await sleep(seconds * 1000);
  const after = (await agent.status()) ?? before;
  const spent = (performance.now() - at) / 1000;
  const cpu = (100 * (cpuTicks(agent.pid) - ticks)) / TICKS / spent;
  const perMinute = ((after.controlBytes - bytes.controlBytes) / spent) * 60;
  const rss = residentBytes(agent.pid) / 1e6;
  return [
    { name: 'idle agent, resident memory', value: rss, unit: 'MB', bar: '<= 60 MB', pass: rss <= 60 },
    { name: 'idle agent, of one processor', value: cpu, unit: '%', bar: '< 0.5 %', pass: cpu < 0.5 },
    {
      name: 'idle agent, to and from the control API, above TLS',
      value: perMinute,
      unit: 'B/min',
      bar: '< 1000 B/min',
      pass: perMinute < 1_000,
    },
  ];
}

async function kills(
  control: TestControl,
  runs: number,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<Bar[]> {
  const bars: Bar[] = [];
  const backMs: number[] = [];
  for (const [at, moment] of MOMENTS.entries()) {
    progress(`killed ${runs} times at ${moment}`);
    const outcome = await killAt(
      control,
      moment,
      runs,
      mulberry32(100 + at),
      AbortSignal.any([signal, AbortSignal.timeout(KILLS_MS)]),
    );
    for (const each of outcome.wrong) progress(each);
    backMs.push(...outcome.backMs);
    bars.push({
      name: `killed at ${moment}, of ${outcome.runs} not back by itself or not whole`,
      value: outcome.wrong.length,
      unit: '',
      bar: '0',
      pass: outcome.wrong.length === 0 && outcome.backMs.length === outcome.runs,
    });
  }
  const { p95 } = percentiles(backMs);
  bars.push({
    name: 'killed, back and well, p95',
    value: p95 / 1000,
    unit: 's',
    bar: '<= 15 s',
    pass: p95 <= 15_000,
  });
  return bars;
}

/** Arithmetic, not a measurement: ten thousand agents lose their server in the same moment. */
function herd(): Bar {
  const random = mulberry32(1);
  const perSecond: number[] = [];
  for (let agent = 0; agent < 10_000; agent += 1) {
    let at = 0;
    for (let failures = 1; at < 120_000; failures += 1) {
      at += backoffMs(BACKOFF, failures, random());
      const second = Math.floor(at / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
  }
  const most = Math.max(...perSecond.map((tries) => tries ?? 0));
  return {
    name: '10,000 agents that lose their server at once (simulated), most tries in a second',
    value: most,
    unit: '/s',
    bar: '<= 7500/s',
    pass: most <= 7_500,
  };
}

function residentBytes(pid: number): number {
  return (
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024
  );
}

/** User and system time (proc(5), fields 14 and 15). */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
