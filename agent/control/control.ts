/** The control API as a node calls it: each request carries a fresh assertion; each answer is checked against its contract. */
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose';
import type { z } from 'zod';
import {
  Enrolment,
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
import { answerOf } from '../../schema/api/problem.ts';
import type { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { Credential } from '../../schema/resource.ts';
import { signNodeAssertion } from '../../schema/tokens/node-assertion.ts';
import { verifySigned } from '../../schema/tokens/signed.ts';
import type { Identity } from '../identity/identity.ts';

const TIMEOUT_MS = 10_000;
const SNAPSHOT_WAIT_S = 20;

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
  api: string,
  { method, path, body, authorization, timeoutMs = TIMEOUT_MS, signal }: Call,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(new URL(path, api), {
    method,
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((cause: unknown) => {
    throw new Refusal('unavailable', 'the control API was not reached', { cause });
  });
  return answerOf(response);
}

function checked<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Refusal('unavailable', 'the control API answered in a form this agent does not know', {
    cause: parsed.error,
  });
}

export async function enrol(api: string, request: EnrolRequest): Promise<z.infer<typeof Enrolment>> {
  return checked(Enrolment, await call(api, { method: 'POST', path: '/v1/nodes/enrol', body: request }));
}

export class Control {
  readonly #api: string;
  readonly #identity: () => Identity;
  constructor(api: string, identity: () => Identity) {
    this.#api = api;
    this.#identity = identity;
  }

  /** The signed snapshot when it is newer than `since`; waits a while for one. */
  async snapshot(since: number, signal: AbortSignal): Promise<string | undefined> {
    const path = `/v1/node/snapshot?since=${since}&wait=${since === 0 ? 0 : SNAPSHOT_WAIT_S}`;
    const answer = await this.#call({
      method: 'GET',
      path,
      signal,
      timeoutMs: TIMEOUT_MS + SNAPSHOT_WAIT_S * 1000,
    });
    return answer === undefined ? undefined : checked(SnapshotAnswer, answer).snapshot;
  }

  async heartbeat(beat: z.infer<typeof Heartbeat>): Promise<HeartbeatAnswer> {
    return checked(
      HeartbeatAnswer,
      await this.#call({ method: 'POST', path: '/v1/node/heartbeat', body: beat }),
    );
  }

  async renew(request: z.infer<typeof RenewRequest>): Promise<z.infer<typeof Renewal>> {
    return checked(Renewal, await this.#call({ method: 'POST', path: '/v1/node/renew', body: request }));
  }

  /** The credential comes sealed to a key made for this one call. */
  async startSession(session: SessionId): Promise<{ start: SessionStart; credential?: Credential }> {
    const once = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    const { kty, crv, x, y } = await exportJWK(once.publicKey);
    const path = `/v1/node/sessions/${session}/start`;
    const { answer } = checked(
      StartAnswer,
      await this.#call({ method: 'POST', path, body: { key: { kty, crv, x, y } } }),
    );
    const { enrolment } = this.#identity();
    const start = await verifySigned(
      'session-start',
      enrolment,
      SessionStart,
      answer,
      enrolment.signingKeys,
      Date.now(),
    );
    if (start.credential === undefined) return { start };
    const { plaintext } = await compactDecrypt(start.credential, once.privateKey);
    return { start, credential: Credential.parse(JSON.parse(new TextDecoder().decode(plaintext))) };
  }

  async report(session: SessionId, report: ReportSession): Promise<void> {
    await this.#call({ method: 'POST', path: `/v1/node/sessions/${session}/state`, body: report });
  }

  async #call(request: Omit<Call, 'authorization'>): Promise<unknown> {
    const { enrolment, key } = this.#identity();
    const assertion = await signNodeAssertion(enrolment.node, key.privateKey, Date.now());
    return call(this.#api, { ...request, authorization: `Bearer ${assertion}` });
  }
}
