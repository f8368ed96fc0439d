/** Malformed requests over HTTP: how many were a fault of ours, and how long each took. */
import { abusiveRequest, type Tokens } from '../../../test/abuse/requests.ts';
import { faultOf } from '../../../test/abuse/verdict.ts';
import { seededRandom } from '../../../test/random.ts';
import type { RemoteApi } from '../../../test/stack.ts';

const SEED = 20_262;

export interface Abuse {
  readonly answered: number;
  readonly faults: readonly string[];
  /** Milliseconds each. */
  readonly times: readonly number[];
}

export async function abuse(
  api: RemoteApi,
  tokens: Tokens,
  count: number,
  signal: AbortSignal,
): Promise<Abuse> {
  const contract = await api.contract();
  const random = seededRandom(SEED);
  const faults: string[] = [];
  const times: number[] = [];
  while (times.length < count) {
    signal.throwIfAborted();
    const { method, path, headers, body, about } = abusiveRequest(contract, tokens, random);
    let request: Request;
    try {
      request = new Request(`${api.origin}${path}`, { method, headers, ...(body ? { body } : {}) });
    } catch {
      // The client itself will not send it.
      continue;
    }
    const start = performance.now();
    const answer = await fetch(request).then(
      async (response) => ({ response, text: await response.text() }),
      () => undefined,
    );
    times.push(performance.now() - start);
    // Too large a body may be cut off before its answer was read: the process still has to answer the next.
    if (!answer) continue;
    const fault = faultOf(answer.response.status, answer.response.headers.get('content-type'), answer.text);
    if (fault) faults.push(`${about}: ${fault}`);
  }
  return { answered: times.length, faults, times };
}
