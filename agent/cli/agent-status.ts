/** `fabric agent status`: asks the local API over its Unix socket, or over the loopback port where there is none. */
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';
import { readIfThere } from '../atomic-file.ts';
import { table } from './table.ts';

const TIMEOUT_MS = 5_000;

const Where = z.object({ localPort: z.int().optional(), localSocket: z.string().optional() });
/** What is shown; the whole answer goes out with --json. */
const Status = z.looseObject({
  name: z.string(),
  node: z.string().optional(),
  enrolled: z.boolean(),
  standing: z.string(),
  waiting: z.object({ fingerprint: z.string(), expiresAt: z.string() }).optional(),
  allowed: z.record(z.string(), z.boolean()).optional(),
  epoch: z.int().optional(),
  snapshotVersion: z.int(),
  snapshotExpiresAt: z.number().optional(),
  certificateExpiresAt: z.number().optional(),
  memoryBytes: z.number(),
  uptimeSeconds: z.number(),
  capabilities: z.record(z.string(), z.boolean()).optional(),
  roles: z.array(
    z.looseObject({
      role: z.string(),
      ready: z.boolean(),
      pid: z.int().optional(),
      endpoint: z.string().optional(),
      restarts: z.int(),
      sessions: z.int(),
      confinement: z.array(z.string()),
    }),
  ),
});
type Status = z.infer<typeof Status>;

/** @throws Refusal `unavailable` when no agent answers there */
export async function askAgent(data: string): Promise<{ answer: Status; isWell: boolean }> {
  const where = await whereOf(data);
  const [status, health] = await Promise.all([get(where, '/status'), get(where, '/health')]);
  const answer = Status.safeParse(JSON.parse(status.body));
  if (!answer.success) throw new Refusal('unavailable', 'what answers there is no agent of this version');
  return { answer: answer.data, isWell: health.status === 200 };
}

/** @throws Refusal `unavailable` */
export async function askLocal(data: string, path: string): Promise<unknown> {
  const { status, body } = await get(await whereOf(data), path);
  if (status !== 200) throw new Refusal('unavailable', `the agent answered ${status}`);
  return JSON.parse(body);
}

async function whereOf(data: string): Promise<Where> {
  const settings = await readIfThere(join(data, 'agent.json'));
  const { localPort, localSocket } = Where.parse(settings === undefined ? {} : JSON.parse(settings));
  const socketPath = localSocket ?? join(data, 'agent.sock');
  return existsSync(socketPath) ? { socketPath } : { host: '127.0.0.1', port: localPort ?? 0 };
}

type Where = { socketPath: string } | { host: string; port: number };

function get(where: Where, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) =>
      reject(
        new Refusal('unavailable', 'no agent answers: is it running, with this --data folder?', { cause }),
      );
    const asked = request({ ...where, path, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), failed);
    });
    asked.on('error', failed);
    asked.end();
  });
}

const day = (ms: number | undefined) => (ms === undefined ? '-' : new Date(ms).toISOString());

const waitingText = ({ fingerprint, expiresAt }: { fingerprint: string; expiresAt: string }) =>
  `to be approved until ${expiresAt}, fingerprint ${fingerprint}`;

/** What is not allowed as it stands; nothing to say where all is. */
function notAllowed({ enrolled, allowed }: Status): string {
  const not = Object.entries(allowed ?? {}).flatMap(([what, may]) => (may ? [] : [WORDS[what] ?? what]));
  return enrolled && not.length > 0 ? ` (${not.join(', ')})` : '';
}
const WORDS: Readonly<Record<string, string>> = {
  runs: 'no role runs',
  startsSessions: 'starts no session',
  renews: 'renews nothing',
  takesTrust: 'takes nothing new',
};

export function statusText(status: Status): string {
  const { name, node, standing, snapshotVersion, snapshotExpiresAt, certificateExpiresAt } = status;
  const able = Object.entries(status.capabilities ?? {}).flatMap(([flag, can]) => (can ? [flag] : []));
  const facts = [
    ['node', `${name} ${node ?? '(not enrolled)'}`],
    ...(status.waiting ? [['waiting', waitingText(status.waiting)]] : []),
    ['standing', `${standing}${notAllowed(status)}`],
    ['snapshot', `${snapshotVersion} of epoch ${status.epoch ?? 0}, until ${day(snapshotExpiresAt)}`],
    ['certificate', `until ${day(certificateExpiresAt)}`],
    ['memory', `${Math.round(status.memoryBytes / 1e6)} MB`],
    ['running for', `${status.uptimeSeconds} s`],
    ['could', able.join(' ') || '-'],
  ];
  const roles = status.roles.map(({ role, ready, pid, endpoint, restarts, sessions }) =>
    [role, ready ? 'ready' : 'starting', pid ?? '-', endpoint ?? '-', restarts, sessions].map(String),
  );
  const held = status.roles.map(({ role, confinement }) => `${role}: ${confinement.join('; ')}`);
  const head = ['ROLE', 'STATE', 'PID', 'ENDPOINT', 'RESTARTS', 'SESSIONS'];
  return [table(facts), '', table([head, ...roles]), '', ...held].join('\n');
}
