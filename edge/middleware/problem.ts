/** Every error leaves as RFC 9457 problem JSON; what we did not expect is logged and told without detail. */
import type { ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import type { Problem } from '../../schema/api/problem.ts';
import { Refusal, type RefusalCode } from '../../schema/refusal.ts';
import { isAway, isBusy, isUnfit } from '../db.ts';
import type { AppBindings } from '../services.ts';

function problemResponse(problem: Problem): Response {
  const body = JSON.stringify(problem);
  return new Response(body, {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

export function describeRefusal(refusal: Refusal, requestId: string, errors?: Problem['errors']): Problem {
  const code: RefusalCode = refusal.code;
  return {
    type: `urn:fabric:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status: refusal.status as ContentfulStatusCode,
    detail: refusal.message,
    code,
    requestId,
    ...(errors ? { errors } : {}),
  };
}

/** For contracts that a request does not meet: names each field. */
export function invalidRequest(error: z.core.$ZodError, requestId: string): Response {
  const errors = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  return problemResponse(describeRefusal(new Refusal('bad_request'), requestId, errors));
}

/** The rest of such a body is not read, so the connection can carry nothing more. */
export function tooLarge(requestId: string): Response {
  const response = problemResponse(describeRefusal(new Refusal('too_large'), requestId));
  response.headers.set('connection', 'close');
  return response;
}

export const onError: ErrorHandler<AppBindings> = (error, c) => {
  const requestId = c.get('requestId');
  if (error instanceof Refusal) return problemResponse(describeRefusal(error, requestId));
  if (error instanceof HTTPException) {
    const code = error.status === 413 ? 'too_large' : 'bad_request';
    return problemResponse(describeRefusal(new Refusal(code, error.message), requestId));
  }
  // The contracts' last line of defence: what a handler let pass and the database did not.
  const unfit = isUnfit(error);
  if (unfit === 'missing')
    return problemResponse(
      describeRefusal(new Refusal('not_found', 'something that this names does not exist'), requestId),
    );
  if (unfit) return problemResponse(describeRefusal(new Refusal('bad_request'), requestId));
  if (isAway(error) || isBusy(error)) {
    c.get('services').log.warn({ requestId, err: error }, 'the database did not answer');
    return problemResponse(
      describeRefusal(new Refusal(isAway(error) ? 'unavailable' : 'overloaded'), requestId),
    );
  }
  c.get('services').log.error({ requestId, err: error }, 'request failed');
  return problemResponse(describeRefusal(new Refusal('internal'), requestId));
};

export const onNotFound: NotFoundHandler<AppBindings> = (c) =>
  problemResponse(
    describeRefusal(new Refusal('not_found', `no such path: ${c.req.path}`), c.get('requestId')),
  );
