/** An authorized read through row-level security beside the bare question, in rounds that take turns. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stack } from '../../../test/stack.ts';
import { load } from './load.ts';
import type { Tenancy } from './tenancy.ts';

const CONNECTIONS = 16;

/** Answers per second, the median of the rounds. */
export async function readRates(
  stack: Stack,
  { org, user }: Tenancy,
  options: { rounds: number; milliseconds: number; signal: AbortSignal },
): Promise<{ ours: number; peer: number }> {
  const bare = fork(fileURLToPath(new URL('./bare.ts', import.meta.url)), {
    env: { ...process.env, DATABASE_URL: stack.database.ownerUrl },
  });
  try {
    const [port] = (await once(bare, 'message', { signal: AbortSignal.timeout(20_000) })) as [number];
    const ourUrl = `${stack.origin}/v1/orgs/${org}/resources`;
    const peerUrl = `http://127.0.0.1:${port}/orgs/${org}/users/${user.id}/resources`;
    const headers = { authorization: `Bearer ${user.token}` };
    const rates: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    for (let round = -1; round < options.rounds; round += 1) {
      options.signal.throwIfAborted();
      const ours = await load(ourUrl, headers, CONNECTIONS, options.milliseconds);
      const peer = await load(peerUrl, {}, CONNECTIONS, options.milliseconds);
      // The first round warms both up.
      if (round < 0) continue;
      rates.ours.push(ours.perSecond);
      rates.peer.push(peer.perSecond);
    }
    return { ours: median(rates.ours), peer: median(rates.peer) };
  } finally {
    bare.disconnect();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
