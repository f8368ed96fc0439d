import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { memoryPair } from '../transport/memory.ts';
import type { Carrier, Connection } from '../transport/transport.ts';
import { type DialCarrier, dialFirst, TCP_AFTER_MS } from './race.ts';

const never = new AbortController().signal;

interface Dialed {
  readonly at: number;
  readonly carrier: Carrier;
}

/** Each carrier answers, or fails, after so many milliseconds. */
function world(plan: Record<Carrier, { after: number; fails?: string }>) {
  const start = performance.now();
  const dialed: Dialed[] = [];
  const made = new Map<Carrier, Connection>();
  const dial: DialCarrier = async (carrier, signal) => {
    dialed.push({ at: performance.now() - start, carrier });
    await sleep(plan[carrier].after, undefined, { signal });
    if (plan[carrier].fails !== undefined) throw new Error(plan[carrier].fails);
    const [connection] = memoryPair();
    made.set(carrier, connection);
    return connection;
  };
  return { dial, dialed, made };
}

test('QUIC that answers in time is not second-guessed', async () => {
  const { dial, dialed, made } = world({ quic: { after: 100 }, tcp: { after: 0 } });
  expect(await dialFirst(dial, never)).toBe(made.get('quic'));
  await sleep(TCP_AFTER_MS + 50);
  expect(dialed.map(({ carrier }) => carrier)).toEqual(['quic']);
});

test('QUIC that says nothing: TCP is tried after a second and has it', async () => {
  const { dial, dialed, made } = world({ quic: { after: 60_000 }, tcp: { after: 20 } });
  expect(await dialFirst(dial, never)).toBe(made.get('tcp'));
  expect(dialed[1]?.at).toBeGreaterThan(TCP_AFTER_MS - 10);
  expect(dialed[1]?.at).toBeLessThan(TCP_AFTER_MS + 300);
});

test('QUIC that fails: TCP is tried at once', async () => {
  const { dial, dialed, made } = world({ quic: { after: 5, fails: 'refused' }, tcp: { after: 5 } });
  expect(await dialFirst(dial, never)).toBe(made.get('tcp'));
  expect(dialed[1]?.at).toBeLessThan(500);
});

test('both fail: it says what QUIC said', async () => {
  const { dial } = world({ quic: { after: 5, fails: 'why not' }, tcp: { after: 5, fails: 'nor this' } });
  await expect(dialFirst(dial, never)).rejects.toThrow('why not');
});

test('given up by the caller: both end', async () => {
  const { dial } = world({ quic: { after: 60_000 }, tcp: { after: 60_000 } });
  await expect(dialFirst(dial, AbortSignal.timeout(50))).rejects.toThrow();
});
