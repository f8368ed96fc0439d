/** The demo's nodes: each an agent process of its own that enrolled with a bootstrap token. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writeAtomically } from '../../agent/atomic-file.ts';
import { agentProgram } from '../../agent/program.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { bootstrapToken, type Owner } from './demo.ts';
import type { Processes } from './processes.ts';
import type { SettingsFile } from './settings.ts';

const LINKED_MS = 30_000;
/** More relays than this show nothing new on one machine. */
export const MOST_RELAYS = 4;

export interface DemoNode {
  readonly name: string;
  readonly role: NodeRole;
}

/** An entry, a service node, and so many relays between them: with two, one may die. */
export function demoNodes(relays: number): DemoNode[] {
  const between = Array.from({ length: relays }, (_, at) => (at === 0 ? 'relay' : `relay-${at + 1}`));
  return [
    ...between.map((name): DemoNode => ({ name, role: 'relay' })),
    { name: 'entry', role: 'entry' },
    { name: 'service', role: 'service' },
  ];
}

const Status = z.object({
  roles: z.array(z.object({ ready: z.boolean(), metrics: z.record(z.string(), z.number()) })),
});

export async function startNode(
  { name, role }: DemoNode,
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
  if (!enrolled) env['FABRIC_AGENT_BOOTSTRAP_TOKEN'] = await bootstrapToken(setup.owner, setup.cluster, role);
  await setup.processes.fork(`node-${name}`, agentProgram(), ['--data', data], env);
  return localPort;
}

/** Every node's roles are up; who is no relay is linked with all relays. */
export async function untilLinked(
  nodes: readonly (DemoNode & { readonly localPort: number })[],
): Promise<void> {
  const relays = nodes.filter(({ role }) => role === 'relay').length;
  const deadline = Date.now() + LINKED_MS;
  for (const { localPort, role } of nodes) {
    while (!(await isLinked(localPort, role === 'relay' ? 1 : relays))) {
      if (Date.now() > deadline)
        throw new Error('the nodes did not find each other: see the logs of the nodes');
      await sleep(50);
    }
  }
}

async function isLinked(port: number, links: number): Promise<boolean> {
  try {
    const status = Status.parse(await (await fetch(`http://127.0.0.1:${port}/status`)).json());
    return (
      status.roles.length > 0 &&
      status.roles.every(({ ready, metrics }) => ready && (metrics['links_up'] ?? 0) >= links)
    );
  } catch {
    return false;
  }
}
