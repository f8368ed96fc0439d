/** The control API as a node calls it: each request carries a fresh assertion; each answer is checked against its contract. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { LIVE_MESSAGE_BYTES, NODE_LIVE_PATH } from '../../schema/api/node-live.ts';
import {
  Enrolment,
  EnrolmentWaiting,
  type EnrolRequest,
  type Heartbeat,
  HeartbeatAnswer,
  Renewal,
  type RenewRequest,
  type ReportSession,
  SessionStart,
  SnapshotAnswer,
  StartAnswer,
} from '../../schema/api/nodes.ts';
import { answerFrom } from '../../schema/api/problem.ts';
import type { PutPart } from '../../schema/api/recordings.ts';
import type { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import { signNodeAssertion } from '../../schema/tokens/node-assertion.ts';
import { verifySigned } from '../../schema/tokens/signed.ts';
import type { Identity } from '../identity/identity.ts';
import type { ApiConnection } from './http.ts';
import { Live } from './live.ts';

const TIMEOUT_MS = 10_000;
const NONCE_BYTES = 16;
/** As long as the contract allows: the fewer answers that say nothing new. */
const SNAPSHOT_WAIT_S = 25;

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly authorization?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** @throws Refusal: what the API answered, or `unavailable` when it was not reached */
async function call(
  api: ApiConnection,
  { method, path, body, authorization, timeoutMs = TIMEOUT_MS, signal }: Call,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const { status, text } = await api.send({
    method,
    path,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(authorization ? { authorization } : {}),
    },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return answerFrom(status, text);
}

function checked<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Refusal('unavailable', 'the control API answered in a form this agent does not know', {
    cause: parsed.error,
  });
}

export async function enrol(
  api: ApiConnection,
  request: EnrolRequest,
): Promise<Enrolment | EnrolmentWaiting> {
  const answer = await call(api, { method: 'POST', path: '/v1/nodes/enrol', body: request });
  return checked(EnrolAnswer, answer);
}
const EnrolAnswer = z.union([EnrolmentWaiting, Enrolment]);

/** What a node has, for the control plane to say what is newer. */
export interface Have {
  readonly version: number;
  readonly epoch: number;
  /** An increment will do. */
  readonly increments: boolean;
}

export class Control {
  readonly #api: ApiConnection;
  readonly #identity: () => Identity;
  readonly #snapshot: () => Snapshot | undefined;
  /** @param snapshot by which what starts is held against what this node may */
  constructor(
    api: ApiConnection,
    identity: () => Identity,
    snapshot: () => Snapshot | undefined = () => undefined,
  ) {
    this.#api = api;
    this.#identity = identity;
    this.#snapshot = snapshot;
  }

  /** What is newer than what the node has, signed; waits a while for it, or not at all. */
  async snapshot(
    { version, epoch, increments }: Have,
    signal: AbortSignal,
    waitS = SNAPSHOT_WAIT_S,
  ): Promise<SnapshotAnswer | undefined> {
    const follows = epoch > 0 ? `&epoch=${epoch}` : '';
    const path = `/v1/node/snapshot?since=${version}&wait=${waitS}${follows}${increments ? '&increments=yes' : ''}`;
    const answer = await this.#call({
      method: 'GET',
      path,
      signal,
      timeoutMs: TIMEOUT_MS + SNAPSHOT_WAIT_S * 1000,
    });
    return answer === undefined ? undefined : checked(SnapshotAnswer, answer);
  }

  async heartbeat(beat: z.infer<typeof Heartbeat>): Promise<HeartbeatAnswer> {
    return checked(
      HeartbeatAnswer,
      await this.#call({ method: 'POST', path: '/v1/node/heartbeat', body: beat }),
    );
  }

  /** @throws Refusal `bad_request` when this control plane holds none open, `unavailable` */
  async live(news: () => void): Promise<Live> {
    const headers = { authorization: await this.#assertion() };
    return Live.open(this.#api.upgrade(NODE_LIVE_PATH, headers, LIVE_MESSAGE_BYTES), news);
  }

  async renew(request: z.infer<typeof RenewRequest>): Promise<z.infer<typeof Renewal>> {
    return checked(Renewal, await this.#call({ method: 'POST', path: '/v1/node/renew', body: request }));
  }

  /** The credential stays sealed: only the service role's process can open it. */
  async startSession(session: SessionId): Promise<SessionStart> {
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const path = `/v1/node/sessions/${session}/start`;
    const { answer } = checked(StartAnswer, await this.#call({ method: 'POST', path, body: { nonce } }));
    const { enrolment } = this.#identity();
    const start = await verifySigned(
      'session-start',
      enrolment,
      SessionStart,
      answer,
      enrolment.signingKeys,
      Date.now(),
    );
    if (start.nonce !== nonce || start.session !== session)
      throw new Refusal('token_replayed', 'this is the answer to another call');
    const snapshot = this.#snapshot();
    if (snapshot && start.epoch < snapshot.epoch) throw new Refusal('authority_stale');
    if (snapshot?.egressPools && !snapshot.egressPools.includes(start.egressPool))
      throw new Refusal('forbidden', `this node does not serve ${start.egressPool}`);
    return start;
  }

  async report(session: SessionId, report: ReportSession): Promise<void> {
    await this.#call({ method: 'POST', path: `/v1/node/sessions/${session}/state`, body: report });
  }

  async putPart(recording: string, part: PutPart): Promise<void> {
    await this.#call({ method: 'POST', path: `/v1/node/recordings/${recording}/parts`, body: part });
  }

  async #call(request: Omit<Call, 'authorization'>): Promise<unknown> {
    return call(this.#api, { ...request, authorization: await this.#assertion() });
  }

  async #assertion(): Promise<string> {
    const { enrolment, key } = this.#identity();
    return `Bearer ${await signNodeAssertion(enrolment.node, key.privateKey, Date.now())}`;
  }
}
