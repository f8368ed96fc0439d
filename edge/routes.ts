/** How every resource declares a route: method, path, contracts; the OpenAPI document and the checks both come from it. */
import { createRoute, OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import { Problem } from '../schema/api/problem.ts';
import { OrgId } from '../schema/ids.ts';
import { invalidRequest } from './middleware/problem.ts';
import type { AppBindings } from './services.ts';

export function newRouter(): OpenAPIHono<AppBindings> {
  return new OpenAPIHono<AppBindings>({
    defaultHook: (result, c) =>
      result.success ? undefined : invalidRequest(result.error, c.get('requestId')),
  });
}

export const OrgParam = z.object({ org: OrgId });

/** Everything a call may answer besides its success. */
const PROBLEMS = {
  default: { description: 'Refused', content: { 'application/problem+json': { schema: Problem } } },
} as const;

/** A request's body. Required: without that word the library would let a request of another content type pass unchecked. */
export function json<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

export function answers<T extends z.ZodType, S extends 200 | 201>(status: S, schema: T) {
  return { [status]: { description: 'Done', ...json(schema) }, ...PROBLEMS } as {
    [K in S]: { description: string; content: { 'application/json': { schema: T } } };
  } & typeof PROBLEMS;
}

export const answersNothing = { 204: { description: 'Done' }, ...PROBLEMS } as const;

export { createRoute, type RouteConfig };
