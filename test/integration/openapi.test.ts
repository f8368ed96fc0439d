/** The OpenAPI document is complete: for every route, whoever declared it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Contract, Route } from './contract.ts';
import { ControlApi } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let api: ControlApi;
let contract: Contract;

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  contract = await api.contract();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;
const lacking = (has: (route: Route) => unknown) =>
  contract.routes.filter((route) => !has(route)).map(nameOf);

test('every route has an operation id of its own, a summary, tags, and says who may call it', () => {
  expect(contract.routes.length).toBeGreaterThan(20);
  expect(
    lacking(({ operation }) => operation.summary),
    'add `summary` where the route is declared',
  ).toEqual([]);
  expect(lacking(({ operation }) => operation.tags?.length)).toEqual([]);
  expect(lacking(({ operation }) => operation['x-access'])).toEqual([]);
  const ids = contract.routes.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain(undefined);
});

test('a route that is not for everyone says what proves the caller', () => {
  expect(
    lacking(
      ({ operation }) =>
        operation['x-access']?.scope === 'anonymous' || (operation.security?.length ?? 0) > 0,
    ),
  ).toEqual([]);
});

test('a request has to bring the body that is declared: an absent one is not let pass unchecked', () => {
  expect(lacking(({ operation }) => !operation.requestBody || operation.requestBody.required)).toEqual([]);
});

test('every body, answer and parameter has an example, and the example is valid', () => {
  const wrong: string[] = [];
  const hold = (where: string, schema: object | undefined, example: unknown) => {
    if (!schema) return;
    if (example === undefined) wrong.push(`${where}: no example`);
    else wrong.push(...contract.faults(schema, example).map((fault) => `${where}: ${fault}`));
  };
  for (const route of contract.routes) {
    const { parameters = [], requestBody, responses } = route.operation;
    for (const { name, schema, example } of parameters) hold(`${nameOf(route)} ${name}`, schema, example);
    for (const media of Object.values(requestBody?.content ?? {}))
      hold(`${nameOf(route)} body`, media.schema, media.example);
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const json = content['application/json'];
      if (json) hold(`${nameOf(route)} ${status}`, json.schema, json.example);
    }
  }
  expect(wrong, 'give the contract in schema/ a `.meta({ examples: [...] })`').toEqual([]);
});

test('every route names the refusals that follow from who may call it', () => {
  const without = (scope: string, status: string) =>
    lacking(({ operation }) => operation['x-access']?.scope !== scope || operation.responses[status]);
  expect(lacking(({ operation }) => operation.responses['default'])).toEqual([]);
  for (const scope of ['person', 'organization', 'platform', 'node'])
    expect(without(scope, '401')).toEqual([]);
  for (const scope of ['organization', 'platform']) expect(without(scope, '403')).toEqual([]);
  expect(without('organization', '404')).toEqual([]);
  expect(lacking(({ operation }) => !operation.requestBody || operation.responses['413'])).toEqual([]);
});

test('the limits are told', () => {
  expect(contract.document.info.description).toMatch(/256 KiB/);
  expect(contract.document.info.description).toMatch(/rate_limited/);
});

test('an answer that is not as the document says is noticed', () => {
  expect(() => contract.check('GET', '/health', 200, 'application/json', { status: 'fine' })).toThrow(
    /status/,
  );
  expect(() => contract.check('GET', '/health', 418, 'application/problem+json', {})).toThrow(/required/);
  expect(() => contract.check('GET', '/health', 204, null, '')).toThrow(/does not know/);
});
