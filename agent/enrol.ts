/** How a node joins: with a bootstrap token, and where a person has to let it in, by asking again until they have. */
import { hostname } from 'node:os';
import type { Enrolment, EnrolmentWaiting, EnrolRequest } from '../schema/api/nodes.ts';
import { backoffMs } from '../schema/backoff.ts';
import type { NodeFacts } from '../schema/cluster.ts';
import { Refusal } from '../schema/refusal.ts';
import { BACKOFF } from './backoff.ts';
import { enrol } from './control/control.ts';
import type { ApiConnection } from './control/http.ts';
import type { Loops } from './loops.ts';
import type { Capabilities } from './monitor/capabilities.ts';

export type Waiting = EnrolmentWaiting['waiting'];

export interface Joining {
  readonly connection: ApiConnection;
  readonly request: EnrolRequest;
  readonly loops: Loops;
  /** Told once per request that waits. */
  readonly waiting: (waiting: Waiting) => void;
}

const isFinal = (error: unknown) =>
  error instanceof Refusal && error.status < 500 && error.code !== 'rate_limited';

/** @throws Refusal what asking again would not change: `token_invalid`, `enrolment_refused`, `conflict`, ... */
export async function join({ connection, request, loops, waiting }: Joining): Promise<Enrolment> {
  let told: string | undefined;
  for (let asked = 1; ; asked += 1) {
    const answer = await loops.until(() => enrol(connection, request), 'enrolment', isFinal);
    if (!('waiting' in answer)) return answer;
    if (answer.waiting.request !== told) waiting(answer.waiting);
    told = answer.waiting.request;
    await loops.pause(LEAST_WAIT_MS + backoffMs(BACKOFF, asked, Math.random()));
    loops.signal.throwIfAborted();
  }
}

/** A person needs longer than that anyway. */
const LEAST_WAIT_MS = 1_000;

/** For whoever approves it. None of it is proof of anything. */
export function factsOf(capabilities: Capabilities | undefined): NodeFacts {
  const able = Object.entries(capabilities ?? {}).flatMap(([flag, can]) => (can ? [flag] : []));
  return {
    hostname: hostname().slice(0, 253),
    platform: process.platform,
    architecture: process.arch,
    capabilities: able,
  };
}
