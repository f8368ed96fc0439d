/**
 * The control API for those who call it: paths, parameters and bodies are checked by the compiler against its own document (`generated.d.ts`). A refusal is thrown as one.
 * Every POST carries an idempotency key, so a call that got no answer is sent again and still done once.
 */
import createClient, { type Client } from 'openapi-fetch';
import { Refusal, type RefusalCode } from '../refusal.ts';
import type { paths } from './generated.d.ts';
import { answerOf, Problem } from './problem.ts';

export type ApiClient = Client<paths>;

export interface ApiClientOptions {
  /** Where the API is; empty for the page's own. */
  readonly baseUrl: string;
  readonly token: () => Promise<string>;
  readonly send?: (request: Request) => Promise<Response>;
  /** Lets the person prove themselves anew where a call asks for it; the call is then made again. @throws Refusal when they would rather not */
  readonly prove?: () => Promise<void>;
  /** Waits so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Before the second and third try, milliseconds. */
const PAUSES_MS = [200, 800] as const;
const KEY = 'idempotency-key';

export function apiClient(options: ApiClientOptions): ApiClient {
  const client = createClient<paths>({
    baseUrl: options.baseUrl,
    fetch: (request) => sendProven(request, options),
  });
  client.use({
    onRequest: async ({ request }) => {
      request.headers.set('authorization', `Bearer ${await options.token()}`);
      if (request.method === 'POST') request.headers.set(KEY, crypto.randomUUID());
      return request;
    },
    onResponse: async ({ response }) => {
      if (!response.ok) await answerOf(response);
    },
  });
  return client;
}

async function sendProven(request: Request, options: ApiClientOptions): Promise<Response> {
  const response = await sendAgain(request, options);
  if (!options.prove || response.status !== 401 || (await codeOf(response)) !== 'step_up_required')
    return response;
  await options.prove();
  request.headers.set('authorization', `Bearer ${await options.token()}`);
  return sendAgain(request, options);
}

/** @throws Refusal `unavailable` when the API was not reached, however often it was tried */
async function sendAgain(request: Request, options: ApiClientOptions): Promise<Response> {
  const send = options.send ?? ((again) => fetch(again));
  const pause =
    options.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  const mayRepeat = request.method === 'GET' || request.headers.has(KEY);
  for (let attempt = 0; ; attempt += 1) {
    const wait = mayRepeat ? PAUSES_MS[attempt] : undefined;
    try {
      const response = await send(request.clone());
      if (wait === undefined || !(await mayPass(response))) return response;
    } catch (cause) {
      if (wait === undefined)
        throw new Refusal(
          'unavailable',
          'the control API was not reached: is the address right and the API up?',
          {
            cause,
          },
        );
    }
    await pause(wait);
  }
}

/** It said no for a reason that may be gone in a moment. */
async function mayPass(response: Response): Promise<boolean> {
  if (response.status !== 503) return false;
  const code = await codeOf(response);
  return code === undefined || code === 'unavailable' || code === 'overloaded';
}

/** Why it was refused; undefined when that was not said by us. */
async function codeOf(response: Response): Promise<RefusalCode | undefined> {
  const answer = await response
    .clone()
    .json()
    .catch(() => undefined);
  return Problem.safeParse(answer).data?.code;
}
