/** Malformed requests over HTTP: how many were a fault of ours, and how long each took. */
import { abusiveRequest, type Tokens } from '../../../test/abuse/requests.ts';
import { faultOf } from '../../../test/abuse/verdict.ts';
import { seededRandom } from '../../../test/random.ts';
import type { RemoteApi } from '../../../test/stack.ts';
import type { BenchOptions } from '../../bench.ts';

const SEED = 20_262;
/** Far beyond what any answer takes: one that does not come within it is a fault. */
const ANSWER_MS = 10_000;

const EACH = 2_000;

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
  { progress, signal }: Pick<BenchOptions, 'progress' | 'signal'>,
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
      request = new Request(`${api.origin}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body ? { body } : {}),
      });
    } catch {
      // The client itself will not send it.
      continue;
    }
    const start = performance.now();
    const answer = await answerTo(request).catch((error: unknown) => error);
    times.push(performance.now() - start);
    if (times.length % EACH === 0) progress(`  ${times.length.toLocaleString('en')} malformed requests`);
    if (answer instanceof DOMException && answer.name === 'TimeoutError')
      faults.push(`${about}: no answer in ${ANSWER_MS} ms`);
    // Too large a body may be cut off before its answer was read: the process still has to answer the next.
    if (!isAnswer(answer)) continue;
    const fault = faultOf(answer.status, answer.type, answer.text);
    if (fault) faults.push(`${about}: ${fault}`);
  }
  return { answered: times.length, faults, times };
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

const isAnswer = (it: unknown): it is Answer => typeof it === 'object' && it !== null && 'text' in it;

async function answerTo(request: Request): Promise<Answer> {
  const response = await fetch(request);
  const { status } = response;
  const type = response.headers.get('content-type');
  if (!type?.startsWith('text/event-stream')) return { status, type, text: await response.text() };
  // A stream of events does not end by itself.
  await response.body?.cancel();
  return { status, type, text: '' };
}
