/** The demo's three nodes: each an agent process of its own that enrolled with a bootstrap token. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writeAtomically } from '../../agent/atomic-file.ts';
import { agentProgram } from '../../agent/program.ts';
import { bootstrapToken, type Owner } from './demo.ts';
import type { Processes } from './processes.ts';
import type { SettingsFile } from './settings.ts';

const LINKED_MS = 30_000;
export const DEMO_NODES = ['relay', 'entry', 'service'] as const;

const Status = z.object({
  roles: z.array(z.object({ ready: z.boolean(), metrics: z.record(z.string(), z.number()) })),
});

export async function startNode(
  name: (typeof DEMO_NODES)[number],
  setup: {
    processes: Processes;
    data: string;
    api: string;
    settings: SettingsFile;
    owner: Owner;
    cluster: string;
  },
): Promise<number> {
  const data = join(setup.data, 'nodes', name);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const listenPort = await setup.settings.port(`node-${name}`);
  const localPort = await setup.settings.port(`node-${name}-local`);
  await writeAtomically(
    join(data, 'agent.json'),
    JSON.stringify({ api: setup.api, name: `demo-${name}`, listenPort, localPort }),
  );
  const enrolled = existsSync(join(data, 'identity', 'enrolment.json'));
  const env: NodeJS.ProcessEnv = { ...process.env };
  if (!enrolled) env['FABRIC_AGENT_BOOTSTRAP_TOKEN'] = await bootstrapToken(setup.owner, setup.cluster, name);
  await setup.processes.fork(`node-${name}`, agentProgram(), ['--data', data], env);
  return localPort;
}

/** Every node's roles are up and hold a link. */
export async function untilLinked(localPorts: readonly number[]): Promise<void> {
  const deadline = Date.now() + LINKED_MS;
  for (const port of localPorts) {
    while (!(await isLinked(port))) {
      if (Date.now() > deadline)
        throw new Error('the nodes did not find each other: see the logs of the nodes');
      await sleep(50);
    }
  }
}

async function isLinked(port: number): Promise<boolean> {
  try {
    const status = Status.parse(await (await fetch(`http://127.0.0.1:${port}/status`)).json());
    return (
      status.roles.length > 0 &&
      status.roles.every(({ ready, metrics }) => ready && (metrics['links_up'] ?? 0) > 0)
    );
  } catch {
    return false;
  }
}
