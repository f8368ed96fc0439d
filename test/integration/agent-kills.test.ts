/** Killed in the middle of anything, an agent is back by itself and everything it kept is whole. `bench trust` does the same some hundred times. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killAt, MOMENTS, TestControl } from '../agent-process.ts';
import { mulberry32 } from '../random.ts';

const RUNS = 10;
let control: TestControl;
beforeAll(async () => {
  control = await TestControl.start();
});
afterAll(() => control?.[Symbol.asyncDispose]());

for (const [at, moment] of MOMENTS.entries()) {
  test.concurrent(`killed ${RUNS} times at ${moment}: always back`, { timeout: 300_000 }, async () => {
    const { wrong, backMs } = await killAt(control, moment, RUNS, mulberry32(at + 1));
    expect(wrong).toEqual([]);
    expect(backMs).toHaveLength(RUNS);
  });
}
