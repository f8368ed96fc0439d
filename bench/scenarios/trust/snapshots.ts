/**
 * What it costs the control plane to keep 5,000 nodes told, simulated: the real handlers, database and signatures in a process of their own, and 5,000 nodes that are no more than
 * their waiting requests. Ten changes a second, each of one entry or service node; every node that is told asks again, as an agent does.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bar } from '../../report.ts';

const PROGRAM = fileURLToPath(new URL('./snapshot-herd.ts', import.meta.url));

export const HerdResult = z.object({
  nodes: z.number(),
  changes: z.number(),
  seconds: z.number(),
  /** Of one processor, with changes and without. */
  cores: z.number(),
  idleCores: z.number(),
  told: z.number(),
  answeredUntouched: z.number(),
  bytesUntouched: z.number(),
  bytesTold: z.number(),
  /** From the commit of a change to the answer, milliseconds. */
  p95Ms: z.number(),
});

export async function snapshots(seconds: number, progress: (text: string) => void): Promise<Bar[]> {
  progress(`5,000 simulated nodes, ten changes a second for ${seconds} s`);
  const child = fork(PROGRAM, [String(seconds)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit').then(([status]) => {
    throw new Error(`the simulated control plane ended (${status})`);
  });
  exited.catch(() => {});
  const [message] = await Promise.race([once(child, 'message'), exited]);
  const result = HerdResult.parse(message);
  const { cores, idleCores, bytesUntouched, told, changes, bytesTold, p95Ms } = result;
  progress(`without changes ${idleCores.toFixed(3)} of a processor; ${told} told of ${changes} changes`);
  const perTold = told === 0 ? Number.NaN : bytesTold / told;
  return [
    {
      name: '5,000 nodes and 10 changes/s (simulated), of one processor',
      value: cores,
      unit: 'cores',
      bar: '< 0.5',
      pass: cores < 0.5,
    },
    {
      name: 'sent to nodes that a change does not concern',
      value: bytesUntouched,
      unit: 'B',
      bar: '0',
      pass: bytesUntouched === 0 && result.answeredUntouched === 0,
    },
    {
      name: 'sent to a node that is told, on average',
      value: perTold,
      unit: 'B',
      bar: '< 2000 B',
      pass: perTold < 2_000,
    },
    {
      name: 'from a change to the node that is told, p95',
      value: p95Ms,
      unit: 'ms',
      bar: '< 5000 ms',
      pass: p95Ms < 5_000,
    },
  ];
}
