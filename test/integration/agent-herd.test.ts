/** What ten thousand agents do to a server that comes back, on a simulated clock. */
import { expect, test } from 'vitest';
import { HEARTBEAT_MS } from '../../agent/agent.ts';
import { BACKOFF, COME_BACK_MS, FIRST_WINDOW_MS, WIDEST_WINDOW_MS } from '../../agent/backoff.ts';
import { backoffMs } from '../../schema/backoff.ts';
import { mulberry32 } from '../random.ts';

const AGENTS = 10_000;

/** Ten thousand agents on a clock of whole seconds: tries per second, and when each was back. Below `capacity` a second the server accepts. */
function herd(awayS: number, capacity: number): { tries: number[]; backAt: number[] } {
  const random = mulberry32(7);
  const due: { agent: number; failures: number }[][] = [];
  const at = (ms: number, agent: number, failures: number) => {
    const second = Math.floor(ms / 1000);
    due[second] ??= [];
    due[second].push({ agent, failures });
  };
  for (let agent = 0; agent < AGENTS; agent += 1) at(backoffMs(BACKOFF, 1, random()), agent, 1);
  const tries: number[] = [];
  const backAt: number[] = [];
  for (let second = 0; backAt.length < AGENTS && second < 3600; second += 1) {
    const now = due[second] ?? [];
    tries[second] = now.length;
    for (const [place, { agent, failures }] of now.entries()) {
      if (second >= awayS && place < capacity) backAt.push(second);
      else at(second * 1000 + 1000 + backoffMs(BACKOFF, failures + 1, random()), agent, failures + 1);
    }
  }
  return { tries, backAt };
}

test('ten thousand agents that lose their server at once come back at a bounded rate', () => {
  const { tries, backAt } = herd(300, Number.POSITIVE_INFINITY);
  const perSecond = AGENTS / (FIRST_WINDOW_MS / 1000);
  // The second wave begins while the first still goes on: half as dense.
  expect(Math.max(...tries)).toBeLessThan(perSecond * 1.5);
  // While it stays away they settle at one try per half of the widest window.
  const settled = tries.slice(150, 300);
  expect(Math.max(...settled)).toBeLessThan((AGENTS / (WIDEST_WINDOW_MS / 2000)) * 1.3);
  expect(backAt).toHaveLength(AGENTS);
  expect(Math.max(...backAt)).toBeLessThanOrEqual(300 + WIDEST_WINDOW_MS / 1000 + 1);
  expect(Math.max(...tries.slice(300))).toBeLessThan((AGENTS / (WIDEST_WINDOW_MS / 2000)) * 1.3);
});

test('a server that takes only 200 a second gets its whole herd back, none starves', () => {
  const { backAt } = herd(60, 200);
  expect(backAt).toHaveLength(AGENTS);
  expect(Math.max(...backAt)).toBeLessThan(600);
});

test('the window doubles to its widest and no further, and jitter is over all of it', () => {
  const windows = [1, 2, 3, 4, 5, 6, 500].map((failures) => backoffMs(BACKOFF, failures, 0.999_999));
  expect(windows.map((ms) => Math.round(ms / 1000))).toEqual([2, 4, 8, 16, 32, 60, 60]);
  expect(backoffMs(BACKOFF, 9, 0)).toBe(0);
});

test('ten thousand agents whose live connections break at once open them, ask and beat by requests at a bounded rate', () => {
  for (const beat of [HEARTBEAT_MS.idle, HEARTBEAT_MS.busy]) {
    const random = mulberry32(11);
    const tries: number[] = [];
    for (let agent = 0; agent < AGENTS; agent += 1) {
      // Each loop begins somewhere in its window: by jitter, or because its last round began at a time of its own.
      const due = [COME_BACK_MS.live, COME_BACK_MS.snapshot, beat].map((window) => random() * window);
      for (let failures = 1; ; failures += 1) {
        const at = Math.min(...due);
        if (at > 300_000) break;
        const second = Math.floor(at / 1000);
        tries[second] = (tries[second] ?? 0) + 1;
        due[due.indexOf(at)] = at + backoffMs(BACKOFF, failures, random());
      }
    }
    expect(Math.max(...tries)).toBeLessThan(7_500);
    expect(Math.max(...tries.slice(150))).toBeLessThan(((3 * AGENTS) / (WIDEST_WINDOW_MS / 2000)) * 1.3);
  }
});
