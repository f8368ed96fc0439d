/**
 * The OpenAPI document as it is served: what routes declare, completed with what follows from it, so that a route says nothing twice. Names come from the path, refusals
 * from who may call (`access.ts`), examples from the contracts' own (`schema/`).
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { Problem } from '../../schema/api/problem.ts';
import type { Access } from '../access.ts';
import { IDEMPOTENCY_HEADER } from '../middleware/idempotent.ts';
import type { AppBindings } from '../services.ts';
import { exampleOf, type JsonSchema } from './example.ts';
import { operationIdOf, tagOf } from './names.ts';
import { refusalsOf } from './refusals.ts';

type App = OpenAPIHono<AppBindings>;
export type ApiDocument = ReturnType<App['getOpenAPI31Document']>;

interface Content {
  schema?: JsonSchema;
  example?: unknown;
}
interface Operation {
  'x-access'?: Access;
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; schema?: JsonSchema; example?: unknown; [key: string]: unknown }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { description: string; content?: Record<string, Content>; required?: boolean }>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const LIMITS = `Requests and answers are JSON. A request's body is at most 256 KiB (\`too_large\`), and is answered within 30 seconds.
Sign-in, enrolment and opening sessions are limited per minute, by address and by account (\`rate_limited\`): wait and try again.
A refusal is problem JSON (RFC 9457): \`code\` is stable, \`detail\` says what to do next, \`requestId\` finds the log line.
A POST of a person may carry \`${IDEMPOTENCY_HEADER}\`: told twice, it is done once.`;

const INFO = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Secure Access Fabric control API',
    version: '1',
    description: LIMITS,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
};

/** @param app after every resource was added */
export function apiDocument(app: App): ApiDocument {
  const document = app.getOpenAPI31Document(INFO);
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation ? [{ method, path, operation }] : [];
    }),
  );
  for (const { method, path, operation } of operations) complete(method, path, operation);
  const schemas = { ...document.components?.schemas, Problem: z.toJSONSchema(Problem, { io: 'output' }) };
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))].sort();
  return {
    ...document,
    tags: tags.map((name) => ({ name })),
    components: { ...document.components, schemas },
  } as ApiDocument;
}

/** Routes of people that make something; nodes' calls are fenced by generation, and the rest may be repeated as they are. */
function takesIdempotencyKey(method: string, { scope }: Access): boolean {
  return method === 'post' && scope !== 'anonymous' && scope !== 'node';
}

function complete(method: (typeof METHODS)[number], path: string, operation: Operation): void {
  operation.operationId ??= operationIdOf(method, path);
  operation.tags ??= [tagOf(path)];
  const access = operation['x-access'];
  if (access && takesIdempotencyKey(method, access))
    operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_PARAMETER];
  for (const parameter of operation.parameters ?? [])
    if (parameter.schema) parameter.example ??= exampleOf(parameter.schema);
  addExamples(operation.requestBody?.content);
  for (const [status, response] of Object.entries(operation.responses)) {
    delete response.required;
    if (status === 'default') delete operation.responses[status];
    else addExamples(response.content);
  }
  if (access) Object.assign(operation.responses, refusalResponses(access, operation));
}

function addExamples(content: Record<string, Content> = {}): void {
  for (const media of Object.values(content)) if (media.schema) media.example ??= exampleOf(media.schema);
}

const IDEMPOTENCY_PARAMETER = {
  name: IDEMPOTENCY_HEADER,
  in: 'header',
  required: false,
  description:
    'Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`).',
  schema: {
    type: 'string',
    minLength: 8,
    maxLength: 128,
    examples: ['6f1e2d3c-4b5a-4c7d-8e9f-0a1b2c3d4e5f'],
  },
};

function refusalResponses(access: Access, operation: Operation): Operation['responses'] {
  const takes = { input: (operation.parameters ?? []).length > 0, body: operation.requestBody !== undefined };
  const known = refusalsOf(access, takes).map(({ status, problems }) => [
    String(status),
    {
      description: `Refused: ${problems.map(({ code }) => code).join(', ')}`,
      content: { [PROBLEM_TYPE]: { schema: PROBLEM, example: problems[0] } },
    },
  ]);
  return {
    ...Object.fromEntries(known.filter(([status]) => !((status as string) in operation.responses))),
    default: { description: 'Any other refusal', content: { [PROBLEM_TYPE]: { schema: PROBLEM } } },
  };
}

const PROBLEM_TYPE = 'application/problem+json';
const PROBLEM = { $ref: '#/components/schemas/Problem' };
