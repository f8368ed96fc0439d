import { expect, test } from 'vitest';
import { backoffMs } from '../../schema/backoff.ts';
import { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { BACKOFF, type RetryOptions, type retry } from '../backoff.ts';
import { Reports } from './reports.ts';

const HOUR = 3_600_000;
const sessionIds = (count: number) =>
  Array.from({ length: count }, () => SessionId.parse(crypto.randomUUID()));

/** `retry` on a clock of its own: waiting takes no time, and the day passes. */
function simulated(clock: { now: number }): typeof retry {
  return async (work, options: RetryOptions) => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (options.isFinal?.(error)) throw error;
      }
      clock.now += backoffMs(BACKOFF, failures, 0.5);
      await Promise.resolve();
    }
  };
}

test('a control plane that is away for a day costs one place per session, and hears the newest state of each', async () => {
  const clock = { now: 0 };
  const heard = new Map<SessionId, string>();
  const sessions = sessionIds(200);
  let tries = 0;
  let most = 0;
  const reports = new Reports({
    signal: new AbortController().signal,
    retry: simulated(clock),
    send: async (session, { state, generation }) => {
      tries += 1;
      if (clock.now < 24 * HOUR) {
        // While it is away every session changes again and again.
        const changed = sessions[tries % sessions.length] as SessionId;
        void reports.report(changed, { state: tries % 2 ? 'active' : 'detached', generation: 1 });
        most = Math.max(most, reports.size);
        throw new Refusal('unavailable');
      }
      heard.set(session, `${state} ${generation}`);
    },
  });
  const all = sessions.map((session) => reports.report(session, { state: 'active', generation: 1 }));
  for (const session of sessions) void reports.report(session, { state: 'terminated', generation: 2 });
  await Promise.all(all);
  expect(tries).toBeGreaterThan(2_000);
  expect(most).toBeLessThanOrEqual(sessions.length);
  expect(heard.size).toBe(sessions.length);
  // Generation 1 said later does not take the place of generation 2.
  expect(new Set(heard.values())).toEqual(new Set(['terminated 2']));
  expect(reports.size).toBe(0);
});

test('what the control plane refuses comes back as its refusal, and is not said again', async () => {
  let tries = 0;
  const reports = new Reports({
    signal: new AbortController().signal,
    send: async () => {
      tries += 1;
      throw new Refusal('stale_generation');
    },
  });
  const [session] = sessionIds(1) as [SessionId];
  await expect(reports.report(session, { state: 'active', generation: 1 })).rejects.toMatchObject({
    code: 'stale_generation',
  });
  expect(tries).toBe(1);
});

test('beyond its bound a new session is refused, not queued', async () => {
  const stop = new AbortController();
  const reports = new Reports({
    signal: stop.signal,
    send: () => Promise.reject(new Refusal('unavailable')),
  });
  const ids = sessionIds(10_001);
  const outcomes = ids.map((session) => reports.report(session, { state: 'active', generation: 1 }));
  await expect(outcomes.at(-1)).rejects.toMatchObject({ code: 'overloaded' });
  expect(reports.size).toBe(10_000);
  stop.abort();
  await expect(outcomes[0]).rejects.toMatchObject({ code: 'unavailable' });
});
