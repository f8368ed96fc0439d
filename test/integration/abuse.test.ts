/** Two thousand malformed requests, made from the OpenAPI document with a fixed seed, in this process. The full ten thousand run over HTTP in the bench `control`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { abusiveRequest } from '../abuse/requests.ts';
import { faultOf } from '../abuse/verdict.ts';
import { seededRandom } from '../random.ts';
import { ControlApi, enrolNode, makeTenant } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

const REQUESTS = 2_000;
const SEED = 20_261;

let database: TestDatabase;
let api: ControlApi;
let tokens: Parameters<typeof abusiveRequest>[1];

beforeAll(async () => {
  database = await startDatabase();
  api = new ControlApi(database);
  const platform = (await api.signIn()).accessToken;
  const cluster = (await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform)).body.id;
  const tenant = await makeTenant(api, platform, cluster, 'org-a');
  const node = await enrolNode(api, platform, cluster, 'service', 'svc');
  tokens = {
    valid: [platform, tenant.owner.token, tenant.user.token, await node.assertion()],
    known: { org: tenant.org, cluster, resource: tenant.resource },
  };
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test(`${REQUESTS} malformed requests: each is refused in words of ours, none is an error of ours`, async () => {
  const contract = await api.contract();
  const random = seededRandom(SEED);
  const faults: string[] = [];
  const statuses = new Map<number, number>();
  for (let n = 0; n < REQUESTS; n += 1) {
    const { method, path, headers, body, about } = abusiveRequest(contract, tokens, random);
    let request: Request;
    try {
      request = new Request(`http://127.0.0.1${path}`, { method, headers, ...(body ? { body } : {}) });
    } catch {
      continue;
    }
    const response = await api.handle(request);
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    const type = response.headers.get('content-type');
    const fault = faultOf(response.status, type, await bodyOf(response));
    if (fault) faults.push(`#${n} ${about}: ${fault}`);
  }
  expect(faults.slice(0, 10)).toEqual([]);
  // They reach different depths, or this would prove little.
  for (const status of [400, 401, 403, 404])
    expect(statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(20);
});

/** A stream of events does not end by itself. */
async function bodyOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  await response.body?.cancel();
  return '';
}

test('what must not be in an answer is noticed', () => {
  expect(faultOf(500, 'application/problem+json', '{}')).toMatch(/500/);
  expect(faultOf(400, 'application/problem+json', 'Error\n    at f (x.js:1:2)')).toBeDefined();
  expect(faultOf(404, 'text/plain', 'nope')).toBeDefined();
  expect(faultOf(400, 'application/problem+json', '{"detail":"sign in first"}')).toBeUndefined();
});
