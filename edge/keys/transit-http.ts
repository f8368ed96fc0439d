/**
 * Requests to the HTTP API of Vault and OpenBao: a time-out for each, a few tries with full jitter where trying again may help, and an error that says what to do
 * without telling a secret. Statuses after the API's own page: 429 and 5xx (503 sealed, 472 and 473 standby) pass, other 4xx do not.
 */
import { z } from 'zod';
import { backoffMs } from '../../schema/backoff.ts';
import { KeyServiceError } from './key-service.ts';

export interface TransitHttpOptions {
  /** Of the server, as `https://bao.example.com:8200`. */
  readonly url: string;
  /** Sent as `X-Vault-Namespace`. */
  readonly namespace?: string;
  readonly fetch: typeof fetch;
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

export interface Asking {
  readonly method: 'GET' | 'POST';
  /** Below `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

const TRIES = 3;
/** Of one try. */
const TIMEOUT_MS = 1_500;
const BACKOFF = { first: 50, most: 500 };
/** What we read is a few hundred characters. */
const MAX_ANSWER = 64_000;
const PASSING = new Set([408, 412, 429, 472, 473]);
const Problem = z.object({ errors: z.array(z.string()) });

export class TransitDenied extends KeyServiceError {
  constructor(message: string) {
    super('refused', message);
  }
}

/** @throws TransitDenied for 403, KeyServiceError for everything else that is no answer */
export async function askTransit<T extends z.ZodType>(
  options: TransitHttpOptions,
  asking: Asking,
  schema: T,
): Promise<z.output<T>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await askOnce(options, asking, schema);
    } catch (error) {
      const isPassing = error instanceof KeyServiceError && error.kind === 'away';
      if (!isPassing || attempt === TRIES) throw error;
      await options.wait(backoffMs(BACKOFF, attempt, options.random()));
    }
  }
}

async function askOnce<T extends z.ZodType>(
  { url, namespace, fetch: send }: TransitHttpOptions,
  { method, path, token, body }: Asking,
  schema: T,
): Promise<z.output<T>> {
  const answer = await send(new URL(`/v1/${path}`, url), {
    method,
    // Not followed, and so no answer: workerd knows no 'error' here.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      'x-vault-request': 'true',
      ...(token === undefined ? {} : { 'x-vault-token': token }),
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
    .then(async (response) => ({ status: response.status, text: await readBounded(response) }))
    .catch((cause: unknown) => {
      throw new KeyServiceError('away', `the key service at ${new URL(url).host} does not answer`, { cause });
    });
  if (answer.status >= 200 && answer.status < 300) return parsed(schema, answer.text);
  throw refusalOf(answer, path);
}

async function readBounded(response: Response): Promise<string> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > MAX_ANSWER) throw new Error('the answer is too long');
  const text = await response.text();
  if (text.length > MAX_ANSWER) throw new Error('the answer is too long');
  return text;
}

function parsed<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  const found = schema.safeParse(jsonOf(text));
  if (found.success) return found.data;
  throw new KeyServiceError(
    'away',
    'the key service answered something that is not its API: is a proxy in between?',
  );
}

function refusalOf({ status, text }: { status: number; text: string }, path: string): KeyServiceError {
  const problem = Problem.safeParse(jsonOf(text));
  const said = (problem.success && problem.data.errors.join('; ').slice(0, 300)) || `HTTP ${status}`;
  if (status >= 500 || PASSING.has(status))
    return new KeyServiceError('away', `the key service can not answer now: ${said}`);
  if (status === 403)
    return new TransitDenied(
      `the key service denies ${path}: ${said}; look at the token's policy and whether it expired`,
    );
  return new KeyServiceError('refused', `the key service refuses ${path}: ${said}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
