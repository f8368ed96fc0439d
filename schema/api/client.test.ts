import { expect, test } from 'vitest';
import { Refusal } from '../refusal.ts';
import { apiClient } from './client.ts';

const ORG = '3f0c2a9e-7d41-4b58-9a36-5e1d8c7b2f04';
const params = { path: { org: ORG } };
const problem = (status: number, code: string) =>
  Response.json(
    { type: `urn:fabric:problem:${code}`, title: code, status, detail: 'because', code, requestId: 'r' },
    { status, headers: { 'content-type': 'application/problem+json' } },
  );

/** A client whose calls get these answers in turn, and what it sent. */
function scripted(...answers: (Response | Error)[]) {
  const sent: Request[] = [];
  const options = {
    baseUrl: 'http://api.test',
    token: async () => 'token',
    pause: async () => {},
    send: async (request: Request) => {
      // As fetch keeps it: what is changed on the request later is not part of what was sent.
      sent.push(request.clone());
      const answer = answers[sent.length - 1] ?? new Error('no more answers');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { client: apiClient(options), options, sent };
}

const body = { name: 'x', egressPool: 'pool', target: { protocol: 'tcp', host: 'h', port: 1 } } as const;

test('a POST that got no answer is sent again with the same key and body', async () => {
  const { client, sent } = scripted(
    new Error('reset'),
    problem(503, 'unavailable'),
    Response.json({ id: ORG }, { status: 201 }),
  );
  await client.POST('/v1/orgs/{org}/resources', { params, body });
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map((request) => request.headers.get('idempotency-key'))).size).toBe(1);
  expect(new Set(await Promise.all(sent.map((request) => request.text()))).size).toBe(1);
});

test('two calls never share a key', async () => {
  const { client, sent } = scripted(Response.json({}), Response.json({}));
  for (const _ of [1, 2]) await client.POST('/v1/orgs/{org}/resources', { params, body });
  expect(new Set(sent.map((request) => request.headers.get('idempotency-key'))).size).toBe(2);
});

test('a refusal is thrown as one and not asked about again', async () => {
  for (const [status, code] of [
    [404, 'not_found'],
    [503, 'no_service_node'],
  ] as const) {
    const { client, sent } = scripted(problem(status, code));
    await expect(client.POST('/v1/orgs/{org}/resources', { params, body })).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(1);
  }
});

test('what may not be repeated is not: a DELETE is sent once', async () => {
  const { client, sent } = scripted(new Error('reset'));
  const path = { org: ORG, session: ORG };
  await expect(
    client.DELETE('/v1/orgs/{org}/sessions/{session}', { params: { path } }),
  ).rejects.toBeInstanceOf(Refusal);
  expect(sent).toHaveLength(1);
});

test('where a proof is asked for the person gives it, and the same call goes on with a fresh token', async () => {
  const answers = [problem(401, 'step_up_required'), Response.json({ id: ORG }, { status: 201 })];
  const { sent, options } = scripted(...answers);
  let token = 'old';
  const client = apiClient({
    ...options,
    token: async () => token,
    prove: async () => {
      token = 'proven';
    },
  });
  await client.POST('/v1/orgs/{org}/resources', { params, body });
  expect(sent.map((request) => request.headers.get('authorization'))).toEqual([
    'Bearer old',
    'Bearer proven',
  ]);
  expect(new Set(sent.map((request) => request.headers.get('idempotency-key'))).size).toBe(1);
  expect(new Set(await Promise.all(sent.map((request) => request.text()))).size).toBe(1);
});

test('who would rather not prove anything is not asked again, and nothing is sent again', async () => {
  const { sent, options } = scripted(problem(401, 'step_up_required'));
  const prove = async () => {
    throw new Refusal('step_up_required', 'nothing was changed');
  };
  await expect(
    apiClient({ ...options, prove }).POST('/v1/orgs/{org}/resources', { params, body }),
  ).rejects.toMatchObject({ code: 'step_up_required', message: 'nothing was changed' });
  expect(sent).toHaveLength(1);
});
